#!/usr/bin/env python3
"""An adapter for sinkcheck, for a client or a server: it answers questions, a line of JSON each. Put your own calls into the
five functions. What they raise is the answer, too, and NotImplementedError says that you can't do it."""
import json, os, socket, sys, time

def connect(port):  # to the process under test, which may be about to start
    for _ in range(800):
        try:
            return socket.create_connection(("127.0.0.1", port)).makefile("rw", encoding="utf-8")
        except ConnectionRefusedError:
            time.sleep(0.01)
    sys.exit(f"nothing listens at 127.0.0.1:{port}")

def call(ask, **fields):  # the reference pair speaks JSON lines as well; yours may want HTTP, a signal, a file
    print(json.dumps({"ask": ask, **fields}), file=control, flush=True)
    answer = json.loads(control.readline())
    if answer.get("unsupported"): raise NotImplementedError
    if not answer["ok"]: raise RuntimeError(answer["error"])
    return answer

def prepare(client): call("prepare", client=client)                     # put it back as the target file says
def publish(client, event): call("publish", client=client, event=event)  # the application publishes this event
def delivered(client): return {"events": call("delivered", client=client)["events"]}  # those it took, oldest first
def restart(client): call("restart", client=client)                     # start the client anew, with all that it keeps
def wipe(client): call("wipe", client=client)                           # make it another instance, which keeps nothing

control = connect(int(os.environ["SINK_CONTROL_PORT"]))
for line in sys.stdin:
    question = json.loads(line)
    function = {f.__name__: f for f in (prepare, publish, delivered, restart, wipe)}.get(question.pop("ask"))
    try:
        answer = {"ok": True, **(function(**question) or {})} if function else {"unsupported": True}
    except NotImplementedError:
        answer = {"unsupported": True}
    except Exception as error:
        answer = {"ok": False, "error": str(error)}
    print(json.dumps(answer), flush=True)
