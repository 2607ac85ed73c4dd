"""How commands end: by signals, with streams that are closed or full, on files that are none."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from gdanim import files, trust
from gdanim.catalog import scenes
from gdanim.errors import InputError
from gdanim.running import BAD_INPUT, FAILED, INTERRUPTED, OK, ended, failed

SPEC = "functions: [x^2 + y^2]\nsteps: 3\n"
Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "film.yaml").write_text(SPEC)
    return tmp_path


def shell(line: str, folder: Path) -> CompletedProcess[str]:
    """A line of the shell in which $G is the command."""
    environment = {**os.environ, "G": f"{sys.executable} -m gdanim"}
    return subprocess.run(["sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True)


class TestStreams:
    @pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
    def test_closed_ones_are_no_fault(self, closed: str, folder: Path) -> None:
        done = shell(f"$G solve film.yaml {closed}; echo $? >code", folder)
        assert (folder / "code").read_text() == "0\n"
        assert done.stderr == ""

    def test_a_bad_spec_is_still_bad_when_nobody_hears_it(self, folder: Path) -> None:
        shell("$G check none.yaml 2>&-; echo $? >code", folder)
        assert (folder / "code").read_text() == "2\n"

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
    def test_a_full_disk_is_told_with_what_to_do(self, folder: Path) -> None:
        done = shell("$G solve film.yaml >/dev/full; echo $? >code", folder)
        assert (folder / "code").read_text() == "1\n"
        assert done.stderr.count("\n") == 1
        assert "free some room" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="no limits here")
class TestLimits:
    """What the machine refuses, injected by the shell."""

    def test_a_file_that_may_not_grow_leaves_nothing(self, folder: Path) -> None:
        (folder / "film.yaml").write_text(f"{SPEC}learning_rates: [0.001]\n".replace("3", "500"))
        done = shell("ulimit -f 8; $G solve film.yaml --csv a.csv; echo $? >code", folder)
        assert (folder / "code").read_text() == "1\n"
        assert done.stderr.count("\n") == 1
        assert "files here may not grow so large" in done.stderr
        assert {*os.listdir(folder)} == {"code", "film.yaml"}

    @pytest.mark.parametrize(
        "without", ["env -u HOME", "env HOME=/nonexistent/home", "env TMPDIR=/nonexistent/tmp"]
    )
    def test_no_folder_of_ones_own_is_needed(self, without: str, folder: Path) -> None:
        done = shell(f"{without} $G check film.yaml; echo $? >code", folder)
        assert (folder / "code").read_text() == "0\n"
        assert done.stderr == ""

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory has no such limit")
    def test_too_little_memory_is_told(self, folder: Path) -> None:
        done = shell("ulimit -v 100000; $G check film.yaml; echo $? >code", folder)
        assert (folder / "code").read_text() == "1\n"
        assert "there is not enough memory" in done.stderr
        assert "Traceback" not in done.stderr

    def test_what_a_killed_run_left_is_swept(self, folder: Path) -> None:
        begin = "from gdanim import files; from pathlib import Path; import os"
        end = "with files.whole(Path('a.csv')): os.kill(os.getpid(), 9)"
        subprocess.run([sys.executable, "-c", f"{begin}\n{end}"], cwd=folder)
        assert [name for name in os.listdir(folder) if name.endswith(".part")]
        with files.whole(folder / "a.csv") as part:
            part.write_text("whole")
        assert {*os.listdir(folder)} == {"a.csv", "film.yaml"}


class TestSignals:
    def test_one_is_told_and_is_the_exit_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        before = signal.getsignal(signal.SIGTERM)

        def command() -> int:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            return OK

        assert ended(command) == 128 + signal.SIGTERM
        assert capsys.readouterr().err == "ended by SIGTERM\n"
        assert signal.getsignal(signal.SIGTERM) is before

    def test_an_interrupt_is_not_lost_in_a_destructor(self, capsys: pytest.CaptureFixture[str]) -> None:
        class Buffer:
            def __del__(self) -> None:
                raise KeyboardInterrupt

        def command() -> int:
            buffer = Buffer()
            del buffer
            time.sleep(60)
            return OK

        begun = time.monotonic()
        before = signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # what runs behind a shell ignores it
        try:
            assert ended(command) == INTERRUPTED
        finally:
            signal.signal(signal.SIGINT, before)
        assert time.monotonic() - begun < 50
        assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.ENOSPC, "No space left", "a.mp4"),
            "a.mp4: No space left: free some",
        ),
        (OSError(errno.EFBIG, "File too large"), "film.yaml: File too large: files here may not grow so"),
        (OSError(errno.ENOSPC, "No space left", "media/.gdanim-1-2-a.part"), "media: No space left: free"),
        (MemoryError(), "film.yaml: there is not enough memory: fewer balls"),
        (KeyError("x"), "film.yaml: KeyError: 'x': this is no fault of yours, please report it"),
    ],
)
def test_a_failure_is_told_with_what_to_do(
    error: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failed("film.yaml", error) == FAILED
    assert capsys.readouterr().err.startswith(told)


def test_a_broken_package_is_told_by_what_broke(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "gdanim.listing", None)
    assert failed("gdanim", ImportError("no module named numpy")) == FAILED
    assert capsys.readouterr().err.startswith("gdanim: ImportError: no module named numpy: ")


class TestSpecFiles:
    def test_a_pipe_is_refused_at_once(self, folder: Path, command: Command) -> None:
        os.mkfifo(folder / "pipe.yaml")
        done = command(folder, "check", "pipe.yaml")
        assert (done.returncode, done.stdout) == (BAD_INPUT, "")
        assert done.stderr.startswith("pipe.yaml:1:1: cannot read this file: it is a pipe or a device")

    def test_a_link_out_of_its_folder_tells_nothing_of_its_file(self, folder: Path, command: Command) -> None:
        (folder / "secret").write_text("password: 1234\n")
        (folder / "specs").mkdir()
        (folder / "specs/link.yaml").symlink_to("../secret")
        done = command(folder, "check", "specs/link.yaml")
        assert done.returncode == BAD_INPUT
        assert "password" not in done.stderr
        assert "--allow-outside" in done.stderr
        assert "password" in command(folder, "--allow-outside", "check", "specs/link.yaml").stderr

    def test_a_link_inside_its_folder_is_good(self, folder: Path, command: Command) -> None:
        (folder / "link.yaml").symlink_to("film.yaml")
        assert command(folder, "check", "link.yaml").returncode == OK

    def test_data_leave_the_folder_where_that_is_allowed(self, folder: Path, command: Command) -> None:
        (folder / "specs").mkdir()
        (folder / "points.csv").write_text("x,y\n0,1\n1,2\n2,4\n")
        spec = "functions: [{name: linear_regression, data: ../points.csv}]\nscene: regression\nsteps: 3\n"
        (folder / "specs/line.yaml").write_text(spec)
        done = command(folder, "solve", "specs/line.yaml")
        assert done.returncode == BAD_INPUT
        assert "--allow-outside" in done.stderr
        assert command(folder, "solve", "specs/line.yaml", "--allow-outside").returncode == OK


class TestOutputs:
    @pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
    def test_only_regular_files_are_replaced(self, kind: str, folder: Path, command: Command) -> None:
        target, kept = folder / "table.csv", folder / "kept.csv"
        kept.write_text("mine")
        make = {"pipe": os.mkfifo, "link": lambda path: path.symlink_to(kept), "folder": os.mkdir}
        make[kind](target)
        before = target.lstat().st_mode
        done = command(folder, "solve", "film.yaml", "--csv", "table.csv")
        assert (done.returncode, done.stdout) == (BAD_INPUT, "")
        assert done.stderr == f"table.csv is a {kind}: name the file to write\n"
        assert (target.lstat().st_mode, kept.read_text()) == (before, "mine")

    def test_two_writers_of_one_file_do_not_meet(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        with files.whole(path) as one, files.whole(path) as other:
            assert one != other
            one.write_text("one")
            other.write_text("other")
        assert path.read_text() == "one", "the last to end"
        assert os.listdir(tmp_path) == ["table.csv"]

    def test_what_fails_leaves_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        path.write_text("old")
        with pytest.raises(ZeroDivisionError), files.whole(path) as part:
            part.write_text(str(1 / 0))
        assert os.listdir(tmp_path) == ["table.csv"]
        assert path.read_text() == "old"

    def test_leftovers_of_killed_runs_are_swept(self, tmp_path: Path) -> None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        old, living = (f".gdanim-{files.HERE}-{process}-abc.part" for process in (gone.pid, os.getppid()))
        others = ".gdanim-00000000-1-abc.part"  # of another machine
        for name in (old, living, others, ".gdanim-notes"):
            (tmp_path / name).write_text("")
        with files.whole(tmp_path / "table.csv") as part:
            part.write_text("")
        assert {*os.listdir(tmp_path)} == {"table.csv", living, others, ".gdanim-notes"}

    @pytest.mark.parametrize("length", [200, 250])
    def test_long_names_are_written(self, length: int, tmp_path: Path) -> None:
        path = tmp_path / f"{'n' * length}.csv"
        with files.whole(path) as part:
            part.write_text("whole")
        assert path.read_text() == "whole"

    def test_films_stay_below_their_folder(self, folder: Path, command: Command) -> None:
        (folder / "specs/deep").mkdir(parents=True)
        (folder / "specs/deep/film.yaml").write_text(SPEC)
        (folder / "elsewhere").mkdir()
        (folder / "media").mkdir()
        (folder / "media/deep").symlink_to("../elsewhere")
        done = command(folder, "render", "specs/deep/film.yaml", "-q", "120p1")
        assert done.returncode == BAD_INPUT
        assert done.stderr.startswith("media/deep leads out of media, by a link")
        assert not list((folder / "elsewhere").iterdir())

    def test_so_is_a_folder_into_which_nothing_can_be_written(
        self, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def closed(dir: Path) -> None:
            raise OSError(errno.EROFS, "Read-only file system", str(dir))

        monkeypatch.setattr("gdanim.output.film.Easel", lambda *_: pytest.fail("it begins"))
        monkeypatch.setattr("gdanim.files.tempfile.TemporaryFile", closed)
        done = command(folder, "render", "film.yaml")
        assert done.returncode == BAD_INPUT
        assert done.stderr == "film.yaml: cannot write into media: Read-only file system\n"

    def test_a_folder_in_the_way_is_found_before_the_film_is_drawn(
        self, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gdanim.output.film.Easel", lambda *_: pytest.fail("it begins"))
        (folder / "media/film.mp4").mkdir(parents=True)
        done = command(folder, "render", "film.yaml")
        assert done.returncode == BAD_INPUT
        assert "media/film.mp4 is a folder" in done.stderr


class TestScenesOfTheWorkingFolder:
    """A file that runs when it is drawn with."""

    @pytest.fixture
    def evil(self, folder: Path) -> Path:
        (folder / "scenes").mkdir()
        text = "open('ran', 'w')\nfrom gdanim.view import FilmScene\nclass Surface(FilmScene): ...\n"
        (folder / "scenes/surface.py").write_text(text)
        return folder

    def test_one_that_hides_ours_is_told(self, evil: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(evil)
        with pytest.warns(UserWarning, match="takes the place of the built-in scene surface"):
            assert scenes()["surface"] == Path("scenes/surface.py")

    def test_the_option_leaves_them_alone(self, evil: Path, command: Command) -> None:
        done = command(evil, "--no-local-scenes", "still", "film.yaml", "-q", "120p1", "-o", "a.png")
        assert (done.returncode, done.stderr) == (OK, "")
        assert (evil / "a.png").exists()
        assert not (evil / "ran").exists()

    def test_so_does_the_setting(self, evil: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(evil)
        monkeypatch.setenv(trust.NO_LOCAL_SCENES, "1")
        assert scenes()["surface"].is_absolute()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"cannot write .*: File name too long"),
        files.whole(tmp_path / ("n" * 300)),
    ):
        pass
