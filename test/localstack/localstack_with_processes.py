"""LocalStack whose Lambdas are processes of this machine, where the real one has containers."""

import subprocess

from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin


class GroupMember(subprocess.Popen):
    """A process that stays in LocalStack's process group, so that it ends with LocalStack even when that is killed."""

    def __init__(self, *args, start_new_session=False, **options):
        super().__init__(*args, **options)


def load_process_executor(self, *args, **kwargs):
    from process_executor import ProcessExecutor

    return ProcessExecutor


def main() -> None:
    subprocess.Popen = GroupMember
    DockerRuntimeExecutorPlugin.load = load_process_executor
    from localstack.runtime.main import main as run_localstack

    run_localstack()
