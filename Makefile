.PHONY: quickstart test verify-vectors lint

quickstart:
	npm run quickstart

test:
	npm run test

verify-vectors:
	npm run verify-vectors

lint:
	npm run lint
