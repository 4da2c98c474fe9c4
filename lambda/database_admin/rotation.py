"""The four steps that Secrets Manager asks for, one after the other."""

from collections.abc import Callable

from database_admin import store
from database_admin.errors import RotationError
from database_admin.settings import Settings
from database_admin.subjects import Subject, subject_of

Versions = dict[str, list[str]]


def rotate(settings: Settings, step: str, arn: str, token: str) -> None:
    """Do one step; every step may be repeated, also after it was cut short."""
    if step not in STEPS:
        raise RotationError(f"unknown step {step!r}")
    subject = subject_of(settings, arn)
    versions = store.stages(arn)
    labels = versions.get(token, [])
    if store.CURRENT in labels:
        return
    if store.PENDING not in labels:
        raise RotationError(f"version {token} of {arn} is not the one being rotated in")
    STEPS[step](subject, token, versions)


def _create(subject: Subject, token: str, versions: Versions) -> None:
    if store.value(subject.arn, VersionId=token) is None:
        store.put_pending(subject.arn, token, subject.generate())


def _set(subject: Subject, token: str, versions: Versions) -> None:
    subject.apply(_pending(subject, token), token)


def _test(subject: Subject, token: str, versions: Versions) -> None:
    subject.verify(_pending(subject, token))


def _finish(subject: Subject, token: str, versions: Versions) -> None:
    former = next((each for each, labels in versions.items() if store.CURRENT in labels), None)
    store.make_current(subject.arn, token, former)


def _pending(subject: Subject, token: str) -> str:
    value = store.value(subject.arn, VersionId=token)
    if value is None:
        raise RotationError(f"version {token} of {subject.arn} is still empty")
    return value


STEPS: dict[str, Callable[[Subject, str, Versions], None]] = {
    "createSecret": _create,
    "setSecret": _set,
    "testSecret": _test,
    "finishSecret": _finish,
}
