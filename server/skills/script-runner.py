"""Runs a script of a skill inside an interpreter that is already there, as `python script.py` would run it."""

import asyncio
import base64
import builtins
import io
import json
import linecache
import os
import runpy
import shutil
import sys
import tempfile
import time
import traceback


class Clock:
    """What a loop waits with where there are no sockets: only time wakes it."""

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("asyncio.run() waits for something from outside, which cannot reach it in local-eval")
        time.sleep(max(timeout, 0))
        return []


class Loop(asyncio.BaseEventLoop):
    """A loop that needs nothing of the host but its clock."""

    _selector = Clock()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def run_coroutine(main, *, debug=None, loop_factory=None):
    with asyncio.Runner(debug=debug, loop_factory=loop_factory or Loop) as runner:
        return runner.run(main)


class NoLoop:
    """Lets a script call asyncio.run(), which refuses to inside the loop that runs this."""

    def __enter__(self):
        self.run = asyncio.run
        self.loop = asyncio._get_running_loop()
        # Before Python 3.12 each loop knew its task, and there is nothing to set aside.
        self.swap = getattr(asyncio.tasks, "_swap_current_task", lambda *_: None)
        self.task = self.swap(self.loop, None) if self.loop else None
        asyncio._set_running_loop(None)
        # That of the interpreter in WebAssembly needs parts of the host that are closed to it.
        if sys.platform == "emscripten":
            asyncio.run = run_coroutine

    def __exit__(self, *_):
        asyncio.run = self.run
        asyncio._set_running_loop(self.loop)
        if self.task is not None:
            self.swap(self.loop, self.task)


class OwnProcess:
    """Gives a script the arguments, the input and the path of a process of its own, and takes back all that it changed."""

    def __init__(self, folder, script, args, stdin):
        self.folder = folder
        self.argv = [script, *args]
        self.stdin = io.StringIO(stdin)

    def __enter__(self):
        self.saved = sys.argv, sys.stdin, sys.path[:], builtins.input, os.getcwd(), dict(os.environ)
        self.modules = set(sys.modules)
        sys.argv = self.argv
        sys.path.insert(0, os.path.dirname(self.argv[0]))
        sys.stdin, builtins.input = self.stdin, self.read_line

    def __exit__(self, *_):
        sys.argv, sys.stdin, sys.path[:], builtins.input, cwd, environment = self.saved
        os.chdir(cwd)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        for name in set(sys.modules) - self.modules:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(self.folder):
                del sys.modules[name]

    def read_line(self, prompt=""):
        line = self.stdin.readline()
        if not line:
            raise EOFError("The standard input of the script has ended")
        return line.removesuffix("\n")


def write_files(folder, files):
    for path, data in files.items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(base64.b64decode(data))


def to_exit_code(code):
    if isinstance(code, int):
        return int(code)
    if code is not None:
        print(code, file=sys.stderr)
    return 0 if code is None else 1


def explain(error, folder):
    if isinstance(error, ModuleNotFoundError) and sys.platform == "emscripten":
        error.add_note("This interpreter has Python's standard library only: a Jupyter sandbox can have more.")
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith(folder):
        frames = frames.tb_next
    text = "".join(traceback.format_exception(type(error), error, frames))
    sys.stderr.write(text.replace(folder + os.sep, ""))


def run(job):
    """Puts the files of the skill in a folder of their own, runs the script and returns its exit code; leaves nothing behind."""
    # The caller holds every file of the skill: nobody needs to quote it in a traceback.
    linecache.cache.pop(sys._getframe(1).f_code.co_filename, None)
    job = json.loads(job)
    folder = os.path.realpath(tempfile.mkdtemp(prefix="skill-"))
    script = os.path.join(folder, job["script"])
    try:
        write_files(folder, job["files"])
        with OwnProcess(folder, script, job["args"], job["stdin"]), NoLoop():
            try:
                runpy.run_path(script, init_globals={"__builtins__": builtins}, run_name="__main__")
                return 0
            except SystemExit as error:
                return to_exit_code(error.code)
            except Exception as error:
                explain(error, folder)
                return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
