"""dbt Core, loaded once; each command runs in a fork of it, with the arguments, variables, folder and streams of its caller.

serve <socket> <manifest> loads dbt, prints "ready", takes one command after another, until its standard input ends;
                          reads and writes the manifest before that: dbt makes the code for it when it is first needed
run <socket> <argument>   one command: everything of it goes to the server, and its exit code comes back
"""
import json
import os
import socket
import struct
import sys

LENGTH = struct.Struct("!I")


def run(path, arguments):
    text = json.dumps({"arguments": arguments, "variables": dict(os.environ), "folder": os.getcwd()}).encode()
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        socket.send_fds(server, [LENGTH.pack(len(text))], [0, 1, 2])
        server.sendall(text)
        return LENGTH.unpack(server.recv(LENGTH.size, socket.MSG_WAITALL))[0]


def serve(path, manifest):
    import gc
    import select

    from dbt.adapters import postgres  # noqa: F401  loaded by every command
    from dbt.cli.main import cli
    from dbt.contracts.graph.manifest import Manifest, WritableManifest

    with open(manifest) as file:
        written = WritableManifest.from_dict(json.load(file))
    written.to_dict(omit_none=False)
    Manifest.from_msgpack(Manifest.from_writable_manifest(written).to_msgpack())
    # What is loaded stays as it is: no collection writes into the pages that forks share.
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while sys.stdin not in (ready := select.select([listening, sys.stdin], [], [])[0]):
            assert listening in ready
            caller, _ = listening.accept()
            head, streams, _, _ = socket.recv_fds(caller, LENGTH.size, 3)
            asked = json.loads(caller.recv(LENGTH.unpack(head)[0], socket.MSG_WAITALL))
            child = os.fork()
            if child == 0:
                listening.close()
                caller.close()
                become(asked, streams)
                # Ends as dbt's own program does: by what it raises.
                sys.exit(cli())
            for stream in streams:
                os.close(stream)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            # As a shell says it of a program that a signal has ended.
            caller.sendall(LENGTH.pack(code if code >= 0 else 128 - code))
            caller.close()


def become(asked, streams):
    for own, given in enumerate(streams):
        os.dup2(given, own)
        os.close(given)
    os.environ.clear()
    os.environ.update(asked["variables"])
    os.chdir(asked["folder"])
    sys.argv = ["dbt", *asked["arguments"]]


if __name__ == "__main__":
    _, what, path, *arguments = sys.argv
    sys.exit(serve(path, *arguments) if what == "serve" else run(path, arguments))
