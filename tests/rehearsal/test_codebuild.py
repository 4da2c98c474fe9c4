"""Builds run as AWS CodeBuild runs them, first any and then that of the migrations."""

import io
import json
import os
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped, unused-ignore]

from stackyard.bundle import ROOT
from tests.rehearsal.codebuild import Build, Clients, UnsupportedError, run

MIGRATIONS = ROOT / "infrastructure" / "aws" / "codebuild-migrations.buildspec.yml"
ARN = "arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop/database-AbCdEf"
URL = "postgresql://owner:pa55-w0rd@db.example:5432/shop"
PROC = Path("/proc/self/environ")
AT_ONCE = ["SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE"]
WORKING = ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"]
WHOLE = [*AT_ONCE, *WORKING, "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED"]
Runs = Callable[..., Build]


@dataclass
class Store:
    """S3, Secrets Manager and the Parameter Store in one, with what is in them."""

    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) not in self.objects:
            raise refusal("NoSuchKey", "The specified key does not exist.")
        return {"Body": io.BytesIO(self.objects[Bucket, Key].encode())}

    def get_secret_value(self, *, SecretId: str, **version: str) -> dict[str, str]:  # noqa: N803
        self.asked.append(SecretId)
        stage = version.get("VersionId") or version.get("VersionStage", "AWSCURRENT")
        if (SecretId, stage) not in self.secrets:
            message = "Secrets Manager can't find the specified secret."
            raise refusal("ResourceNotFoundException", message)
        return {"SecretString": self.secrets[SecretId, stage]}

    def get_parameters(self, *, Names: list[str], WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        assert WithDecryption
        known = [name for name in Names if name in self.parameters]
        return {"Parameters": [{"Name": name, "Value": self.parameters[name]} for name in known]}


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def build(store: Store, tmp_path: Path) -> Runs:
    def start(buildspec: str, variables: Mapping[str, Any] = {}, **options: Any) -> Build:
        given = [
            {"name": name, **(value if isinstance(value, dict) else {"value": value})}
            for name, value in variables.items()
        ]
        project = {
            "name": "shop-migrations",
            "arn": "arn:aws:codebuild:eu-central-1:111111111111:project/shop-migrations",
            "source": {"type": "NO_SOURCE", "buildspec": textwrap.dedent(buildspec)},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": {"image": "shop:1", "environmentVariables": given},
            "timeoutInMinutes": 10,
            **options.pop("project", {}),
        }
        return run(project, clients=Clients(store, store, store), folder=tmp_path, **options)

    return start


def spec(env: Mapping[str, Any] = {}, **phases: Any) -> str:
    """Return a buildspec; a phase is its commands or all that the file says of it."""
    full = {
        name: given if isinstance(given, dict) else {"commands": list(given)}
        for name, given in phases.items()
    }
    return json.dumps({"version": "0.2", "env": env, "phases": full}, indent=1)


def secret(reference: str) -> dict[str, str]:
    return {"type": "SECRETS_MANAGER", "value": reference}


def names(done: Build) -> list[str]:
    return [phase.name for phase in done.phases]


def message(done: Build, phase: str) -> str:
    found = done.phase(phase)
    assert found is not None
    assert found.status == "FAILED"
    return found.message


def shown(done: Build) -> list[str]:
    """Return the log without CodeBuild's own lines."""
    return [line for line in done.log if not line.startswith("[Container]")]


def test_a_build_goes_through_all_phases(build: Runs) -> None:
    done = build(spec(build=["echo built"]))
    assert (done.status, names(done)) == ("SUCCEEDED", WHOLE)
    assert {phase.status for phase in done.phases[:-1]} == {"SUCCEEDED"}
    assert shown(done) == ["built"]
    assert done.id.startswith("shop-migrations:")


def test_commands_share_folder_and_variables_in_all_phases(build: Runs, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    first = ["cd 'a b'", "TOLD='two\nlines; $HOME'", "export SAID=it\\'s", "unset GIVEN"]
    last = ["pwd", 'echo "$TOLD"', 'echo "$SAID"', 'echo "${GIVEN-gone}"']
    done = build(spec(install=first, post_build=last), {"GIVEN": "here"})
    assert shown(done)[1:] == [str(tmp_path / "a b"), "two", "lines; $HOME", "it's", "gone"]


def test_a_command_may_have_several_lines_and_a_phase_one_command(build: Runs) -> None:
    done = build(
        """
        version: 0.2
        phases:
          pre_build:
            commands: echo single
          build:
            commands:
              - |
                for each in 1 2; do
                  echo "$each"
                done
              - true
        """
    )
    assert (done.status, shown(done)[-2:]) == ("SUCCEEDED", ["1", "2"])
    assert shown(done)[0] == "single"


@pytest.mark.parametrize("phase", ["install", "pre_build"])
def test_a_failure_before_the_build_ends_it(build: Runs, phase: str) -> None:
    phases: dict[str, Any] = {phase: ["sh -c 'exit 7'", "echo next"], "build": ["echo built"]}
    done = build(spec(**phases))
    assert done.status == "FAILED"
    assert names(done)[-3:] == [phase.upper(), "FINALIZING", "COMPLETED"]
    assert shown(done) == []
    expected = "COMMAND_EXECUTION_ERROR: Error while executing command: sh -c 'exit 7'."
    assert message(done, phase.upper()) == f"{expected} Reason: exit status 7"


def test_post_build_follows_a_failed_build_and_knows_of_it(build: Runs) -> None:
    tell = "echo $CODEBUILD_BUILD_SUCCEEDING"
    done = build(spec(pre_build=[tell], build=["exit 3"], post_build=[tell]))
    assert (done.status, names(done), shown(done)) == ("FAILED", WHOLE, ["1", "0"])
    assert message(done, "BUILD").endswith("Reason: exit status 3")


def test_artifacts_follow_a_failed_post_build(build: Runs) -> None:
    done = build(spec(post_build=["false"]))
    assert (done.status, names(done)) == ("FAILED", WHOLE)


def test_abort_skips_what_would_follow(build: Runs) -> None:
    failing = {"commands": ["false"], "on-failure": "ABORT"}
    done = build(spec(build=failing, post_build=["echo after"]))
    assert done.status == "FAILED"
    assert names(done)[-3:] == ["BUILD", "FINALIZING", "COMPLETED"]


def test_continue_goes_on_with_a_build_that_has_failed(build: Runs) -> None:
    failing = {"commands": ["false"], "on-failure": "CONTINUE"}
    done = build(spec(install=failing, build=["echo built"]))
    assert (done.status, names(done), shown(done)) == ("FAILED", WHOLE, ["built"])


def test_finally_runs_after_a_failure_and_can_fail_itself(build: Runs) -> None:
    first = {"commands": ["echo 1", "false", "echo 2"], "finally": ["echo last"]}
    done = build(spec(build=first, post_build={"commands": "true", "finally": ["exit 9"]}))
    assert shown(done) == ["1", "last"]
    assert "command: false." in message(done, "BUILD")
    assert message(done, "POST_BUILD").endswith("exit status 9")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"on-failure": "RETRY-2"}, "phases/build/on-failure RETRY-2"),
        ({"run-as": "node"}, "run-as in phases/build"),
    ],
)
def test_what_is_not_rehearsed_is_refused(build: Runs, changed: Any, says: str) -> None:
    with pytest.raises(UnsupportedError, match=says):
        build(spec(build={"commands": ["true"], **changed}))


@pytest.mark.parametrize("key", ["artifacts", "reports", "cache", "batch", "proxy", "run-as"])
def test_other_parts_of_a_buildspec_are_refused(build: Runs, key: str) -> None:
    with pytest.raises(UnsupportedError, match=key):
        build(f"version: 0.2\nphases: {{build: {{commands: 'true'}}}}\n{key}: {{}}\n")


@pytest.mark.parametrize(
    "project",
    [
        {"artifacts": {"type": "S3"}},
        {"source": {"type": "GITHUB"}},
        {"cache": {"type": "LOCAL"}},
        {"secondarySources": [{"type": "S3"}]},
    ],
)
def test_projects_with_more_than_commands_are_refused(build: Runs, project: Any) -> None:
    with pytest.raises(UnsupportedError):
        build(spec(build=["true"]), project=project)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: 0.2\nphases: [", "YAML_FILE_ERROR"),
        ("buildspec.yml", "no mapping"),
        ("version: 0.2", "phases is no mapping"),
        ("version: 0.2\nphases: {build: {}}", "phases/build has no commands"),
        ("version: 0.2\nphases:\n  build:\n    commands:\n      - echo a: b", "Commands[0]"),
    ],
)
def test_a_bad_buildspec_fails_where_it_is_read(build: Runs, text: str, says: str) -> None:
    done = build(text)
    assert says in message(done, "DOWNLOAD_SOURCE")
    assert names(done)[-3:] == ["DOWNLOAD_SOURCE", "FINALIZING", "COMPLETED"]


def test_a_buildspec_may_lie_in_s3(build: Runs, store: Store) -> None:
    store.objects["assets", "a/b.yml"] = spec(build=["echo from S3"])
    assert shown(build("arn:aws:s3:::assets/a/b.yml")) == ["from S3"]
    assert "NoSuchKey" in message(build("arn:aws:s3:::assets/c.yml"), "DOWNLOAD_SOURCE")


def test_a_build_knows_what_codebuild_tells_and_nothing_else(
    build: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_TESTS", "1")
    done = build(spec(build=["env"]), {"MINE": "yes"}, path="/usr/bin:/bin")
    seen = dict(line.split("=", 1) for line in shown(done))
    told = {
        "MINE": "yes",
        "PATH": "/usr/bin:/bin",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "CODEBUILD_BUILD_ID": done.id,
        "CODEBUILD_BUILD_ARN": f"arn:aws:codebuild:eu-central-1:111111111111:build/{done.id}",
        "CODEBUILD_BUILD_IMAGE": "shop:1",
        "CODEBUILD_SRC_DIR": str(tmp_path),
        "PWD": str(tmp_path),
    }
    assert told.items() <= seen.items()
    rest = {name for name in seen.keys() - told.keys() if not name.startswith("CODEBUILD_")}
    assert rest <= {"HOME", "OLDPWD", "SHLVL", "_"}
    assert seen["HOME"] != os.environ.get("HOME")


def test_the_start_of_a_build_overrides_its_project_and_that_the_buildspec(build: Runs) -> None:
    env = {"variables": {"A": "buildspec", "B": "buildspec", "C": "buildspec"}}
    given = {"B": "project", "C": secret("never-asked-for")}
    done = build(spec(env, build=["echo $A $B $C"]), given, overrides={"C": "start"})
    assert shown(done) == ["buildspec project start"]


@pytest.mark.parametrize("name", ["CODEBUILD_MINE", "not-a-name"])
def test_variables_that_a_build_cannot_have_are_refused(build: Runs, name: str) -> None:
    with pytest.raises(UnsupportedError, match=name):
        build(spec(build=["true"]), {name: "x"})


@pytest.mark.parametrize("name", [ARN, "shop/database"])
@pytest.mark.parametrize(
    ("rest", "value"),
    [
        (":password", "current"),
        (":password::", "current"),
        (":password:AWSPREVIOUS", "previous"),
        (":password::v1", "first"),
        (":port", "5432"),
        ("", '{"password": "current", "port": 5432}'),
    ],
)
def test_a_reference_leads_to_a_part_of_a_version_of_a_secret(
    build: Runs, store: Store, name: str, rest: str, value: str
) -> None:
    store.secrets[name, "AWSCURRENT"] = '{"password": "current", "port": 5432}'
    store.secrets[name, "AWSPREVIOUS"] = '{"password": "previous"}'
    store.secrets[name, "v1"] = '{"password": "first"}'
    env = {"variables": {"VALUE": value}}
    commands = ['test "$PASSWORD" = "$VALUE"', "echo it is $PASSWORD"]
    done = build(spec(env, build=commands), {"PASSWORD": secret(name + rest)})
    assert (done.status, shown(done)) == ("SUCCEEDED", ["it is ***"])


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("other", "Secrets Manager Error: ResourceNotFoundException: "),
        (f"{ARN}:nothing", "has no key nothing"),
        ("plain:key", "is no JSON object"),
        (f"{ARN}:a:b:c:d", "is no reference"),
    ],
)
def test_a_wrong_reference_fails_the_build_before_its_commands(
    build: Runs, store: Store, reference: str, says: str
) -> None:
    store.secrets[ARN, "AWSCURRENT"] = '{"password": "hidden"}'
    store.secrets["plain", "AWSCURRENT"] = "hidden"
    done = build(spec(build=["echo built"]), {"PASSWORD": secret(reference)})
    assert done.status == "FAILED"
    assert says in message(done, "DOWNLOAD_SOURCE")
    assert "hidden" not in repr(done)
    assert shown(done) == []


def test_a_buildspec_may_ask_for_secrets_and_parameters(build: Runs, store: Store) -> None:
    store.secrets["plain", "AWSCURRENT"] = "one\ntwo"
    store.parameters["/shop/level"] = "debug"
    env = {"secrets-manager": {"A": "plain"}, "parameter-store": {"B": "/shop/level"}}
    done = build(spec(env, build=['echo "<$A>"', 'echo "<$B>"', "echo AKIAIOSFODNN7EXAMPLE"]))
    assert shown(done) == ["<***>", "<***>", "***"]
    missing = {"B": {"type": "PARAMETER_STORE", "value": "/none"}}
    says = "Decrypted Variables Error: parameter does not exist: /none"
    assert message(build(spec(build=["true"]), missing), "DOWNLOAD_SOURCE") == says


def test_exported_variables_have_their_last_value(build: Runs) -> None:
    env = {"exported-variables": ["TAG", "LINES", "NEVER"], "variables": {"TAG": "0"}}
    done = build(spec(env, build=["export TAG=1"], post_build=["TAG=2", "LINES='a\nb=c'"]))
    assert done.exported == {"TAG": "2", "LINES": "a\nb=c"}


@pytest.mark.parametrize("name", ["PASSWORD", "AWS_REGION"])
def test_secrets_and_variables_of_aws_cannot_be_exported(
    build: Runs, store: Store, name: str
) -> None:
    store.secrets["plain", "AWSCURRENT"] = "hidden"
    env = {"exported-variables": [name]}
    with pytest.raises(UnsupportedError, match=name):
        build(spec(env, build=["true"]), {"PASSWORD": secret("plain")})


def test_bash_is_there_for_who_asks_for_it(build: Runs) -> None:
    command = ["[[ a == a ]] && LIST=(1 2)", "echo ${BASH_VERSION:+bash}"]
    env = {"shell": "bash", "exported-variables": ["SEEN"]}
    done = build(spec(env, build=[*command, "SEEN=yes"]))
    assert (shown(done), done.exported) == (["bash"], {"SEEN": "yes"})
    missing = build(spec({"shell": "bash"}, build=["true"]), path="/nowhere")
    assert "bash: executable file not found" in message(missing, "BUILD")
    with pytest.raises(UnsupportedError, match=r"powershell\.exe"):
        build(spec({"shell": "powershell.exe"}, build=["true"]))


def running(file: Path) -> bool:
    process = int(file.read_text())
    try:
        os.kill(process, 0)
        # An ended process stays until somebody asks for its status.
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not PROC.exists()


LEFT = "sleep 60 & echo $! > behind"
# Away from the group of the build, into a session of its own.
AWAY = "setsid sh -c 'echo $$ > away; sleep 60' & while ! test -s away; do sleep 0.01; done"


@pytest.mark.skipif(not PROC.exists(), reason="needs /proc")
def test_no_process_outlives_a_build(build: Runs, tmp_path: Path) -> None:
    probe = 'kill -0 "$(cat behind)" && echo lives'
    done = build(spec(pre_build=[LEFT, AWAY], build=[probe]))
    assert (done.status, shown(done)) == ("SUCCEEDED", ["lives"])
    assert wait_until(lambda: not running(tmp_path / "behind"))
    assert wait_until(lambda: not running(tmp_path / "away"))


def wait_until(holds: Callable[[], bool]) -> bool:
    # Ended is not yet gone.
    limit = time.monotonic() + 5
    while not (done := holds()) and time.monotonic() < limit:
        time.sleep(0.01)
    return done


def test_a_build_that_takes_too_long_is_ended(build: Runs, tmp_path: Path) -> None:
    phases = {"build": {"commands": [LEFT, "echo on; sleep 60"], "finally": ["echo last"]}}
    done = build(spec(**phases, post_build=["echo after"]), timeout=1)
    assert (done.status, shown(done)) == ("TIMED_OUT", ["on"])
    assert names(done)[-3:] == ["BUILD", "FINALIZING", "COMPLETED"]
    assert wait_until(lambda: not running(tmp_path / "behind"))


def test_a_build_can_be_stopped(build: Runs) -> None:
    stop = threading.Event()
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    done = build(spec(build=["sleep 60"]), stop=stop)
    timer.join()
    assert done.status == "STOPPED"
    assert names(done)[-3:] == ["BUILD", "FINALIZING", "COMPLETED"]


def test_an_interrupt_ends_the_build_too(build: Runs, tmp_path: Path) -> None:
    class Interrupt(threading.Event):
        def is_set(self) -> bool:
            if (tmp_path / "reached").exists():
                raise KeyboardInterrupt
            return False

    with pytest.raises(KeyboardInterrupt):
        build(spec(build=[LEFT, "touch reached; sleep 60"]), stop=Interrupt())
    assert wait_until(lambda: not running(tmp_path / "behind"))


def test_a_command_that_kills_its_group_only_fails(build: Runs) -> None:
    done = build(spec(build=["kill -s KILL 0"], post_build=["echo after"]))
    assert message(done, "BUILD").endswith("Reason: signal: killed")
    assert shown(done) == ["after"]


@pytest.fixture
def migrate(build: Runs, store: Store, tmp_path: Path) -> Runs:
    def start(command: str, url: str = URL, **options: Any) -> Build:
        store.objects["assets", "migrations.yml"] = MIGRATIONS.read_text()
        store.secrets[ARN, "AWSCURRENT"] = json.dumps({"url": url})
        given = {
            "COMMAND": command,
            "DIRECTORY": str(tmp_path / "app"),
            "DATABASE_URL": secret(f"{ARN}:url::"),
        }
        (tmp_path / "app").mkdir(exist_ok=True)
        return build("arn:aws:s3:::assets/migrations.yml", given, **options)

    return start


def test_migrations_run_in_their_directory_and_hide_the_password(
    migrate: Runs, tmp_path: Path
) -> None:
    done = migrate('pwd; echo "$DATABASE_URL"')
    assert (done.status, names(done)) == ("SUCCEEDED", WHOLE)
    assert shown(done)[1:] == [str(tmp_path / "app"), "***"]
    assert shown(done)[0].startswith("Running pwd")
    assert URL not in repr(done)


def test_migrations_that_fail_fail_the_build_with_their_status(migrate: Runs) -> None:
    done = migrate("echo broken >&2; exit 42")
    assert (done.status, shown(done)[-1]) == ("FAILED", "broken")
    assert message(done, "BUILD").endswith("Reason: exit status 42")


@pytest.mark.parametrize(
    ("command", "url", "says"),
    [
        ("", URL, "COMMAND is empty"),
        ("echo ran", "", "DATABASE_URL is empty"),
        ("echo ran", "Ab3dEf9hIj1kLm5n", "its first rotation has not ended"),
        ("npx drizzle-kit push", URL, "schema pushes are forbidden"),
        ("npx drizzle-kit --config=a.ts push --force", URL, "schema pushes are forbidden"),
        ("npx drizzle-kit push:pg", URL, "schema pushes are forbidden"),
        ("npx drizzle-kit \\\n push", URL, "schema pushes are forbidden"),
        ("pnpm db:push", URL, "schema pushes are forbidden"),
    ],
)
def test_migrations_that_must_not_run_do_not(
    migrate: Runs, command: str, url: str, says: str
) -> None:
    done = migrate(command, url)
    assert done.status == "FAILED"
    assert message(done, "PRE_BUILD").endswith("exit status 1")
    assert says in shown(done)[-1]
    assert done.phase("BUILD") is None


def test_a_start_with_another_command_is_held_to_the_same_rules(migrate: Runs) -> None:
    done = migrate("npx drizzle-kit migrate", overrides={"COMMAND": "drizzle-kit push"})
    assert "schema pushes are forbidden" in shown(done)[-1]
