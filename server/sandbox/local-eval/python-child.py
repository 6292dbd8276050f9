"""Runs an agent's code in the python3 of this machine, with NO isolation: for those who trust the code or isolate the whole server.

Speaks the frames of child/pyodide-child.ts: descriptor 3 commands in, 4 reports out, 5 replies to blocking calls in.
"""

import asyncio
import json
import os
import queue
import resource
import shutil
import signal
import sys
import threading
import types

config = json.loads(os.environ.pop("SANDBOX_CONFIG"))
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.dirname(here)]
import runner  # noqa: E402

del sys.path[:2]
json = runner.json
limit = config["maxResidentMb"] * 1_048_576
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
work = queue.SimpleQueue()
lock = threading.Lock()
reports = os.fdopen(4, "wb", 0)
replies = os.fdopen(5, "rb")
waiting = {}
AGAIN_S = 0.02
state = {"call": 0, "left": 0, "dropped": 0, "running": None, "cancelled": None, "timed_out": False}


def report(frame):
    data = (json.dumps(frame, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    with lock:
        while data:
            data = data[reports.write(data) :]


class Bridge:
    @staticmethod
    def write(stream, text):
        kept = text[: state["left"]]
        state["left"] -= len(kept)
        state["dropped"] += len(text) - len(kept)
        if kept:
            report({"type": "output", "stream": stream, "text": kept})

    @staticmethod
    def display(text):
        report({"type": "display", "data": json.loads(text)})

    @staticmethod
    def call_sync(text):
        identity = call(True, text)
        while True:
            reply = json.loads(replies.readline())
            if reply["id"] == identity:
                return reply["json"]

    @staticmethod
    async def call_async(text):
        future = loop.create_future()
        waiting[call(False, text)] = future
        return await future

    @staticmethod
    def interrupt_again():
        if state["running"] is not None:
            # The loop may be asleep in a call that goes on after a signal.
            loop.call_soon_threadsafe(lambda: None)
            later(AGAIN_S, state["running"], False)


def call(blocking, text):
    runner.flush()
    state["call"] += 1
    report({"type": "call", "id": state["call"], "blocking": blocking, "json": text})
    return state["call"]


def interrupt(identity, timed_out):
    """Interrupts this execution, and none that came after it."""
    if state["running"] == identity:
        state["timed_out"] = state["timed_out"] or timed_out
        os.kill(os.getpid(), signal.SIGINT)


def later(seconds, identity, timed_out):
    timer = threading.Timer(seconds, interrupt, [identity, timed_out])
    timer.daemon = True
    timer.start()
    return timer


def settle(identity, text):
    future = waiting.pop(identity, None)
    if future and not future.done():
        future.set_result(text)


def read_commands():
    with os.fdopen(3, "rb") as commands:
        for line in commands:
            frame = json.loads(line)
            if frame["type"] == "reply":
                loop.call_soon_threadsafe(settle, frame["id"], frame["json"])
            elif frame["type"] == "ping":
                report({"type": "pong"})
            elif frame["type"] == "cancel":
                # It may not have begun yet.
                state["cancelled"] = frame["id"]
                interrupt(frame["id"], False)
            else:
                work.put(frame)
    # The server has gone, and with it whoever would have removed the folder.
    shutil.rmtree(config["folder"], ignore_errors=True)
    os._exit(0)


def read_outcome(text):
    """The outcome that the runner tells. Who looks for it can change what makes it; it is one all the same."""
    try:
        outcome = json.loads(text)
        if outcome["status"] in ("ok", "error", "exit") and outcome.keys() >= {"result", "error", "exit_code"}:
            return outcome
    except Exception:
        pass
    error = {"name": "RuntimeError", "message": "", "traceback": "the code has changed what tells its outcome"}
    return {"status": "error", "result": None, "error": error, "exit_code": None}


def run(frame):
    state.update(left=config["maxOutput"], dropped=0, timed_out=False)
    task = loop.create_task(runner.run(frame["code"]))
    # Before its limit is set: a short one may be over at once, and is not told again.
    state["running"] = frame["id"]
    timer = later(frame["timeoutMs"] / 1000, frame["id"], True)
    if state["cancelled"] == frame["id"]:
        interrupt(frame["id"], False)
    while True:
        try:
            outcome = loop.run_until_complete(task)
            break
        except KeyboardInterrupt:  # it came while the code was waiting
            runner.cancel()
        except Exception:
            outcome = None
            break
    state["running"] = None
    timer.cancel()
    waiting.clear()
    report(
        {
            "type": "ran",
            "id": frame["id"],
            "isTimedOut": state["timed_out"],
            "dropped": state["dropped"],
            "outcome": read_outcome(outcome),
        }
    )


def set_up(frame):
    failure = None
    try:
        if frame["type"] == "modules":
            runner.set_modules(json.dumps(frame["modules"]))
        else:
            runner.set_environment(json.dumps(frame["variables"]))
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"[:500]
    report({"type": "done", "id": frame["id"], **({"failure": failure} if failure else {})})


module = types.ModuleType("_sandbox_bridge")
module.call_sync, module.call_async = Bridge.call_sync, Bridge.call_async
sys.modules["_sandbox_bridge"] = module
runner.install(Bridge, "")
threading.Thread(target=read_commands, daemon=True).start()
report({"type": "ready"})
while True:
    command = work.get()
    if command["type"] == "run":
        run(command)
    else:
        set_up(command)
