export { readYaml, type YamlRead } from './read-yaml.js'
