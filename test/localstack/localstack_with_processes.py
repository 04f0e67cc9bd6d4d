"""Runs LocalStack with Lambda functions as processes of this machine instead of containers.

Several can run at the same time. Each ends with everything that it started.
"""

import os
import subprocess
import tempfile

from localstack.services.lambda_.invocation.plugins import DockerRuntimeExecutorPlugin


class GroupMember(subprocess.Popen):
    """Stays in the process group of LocalStack, so it ends with LocalStack even if LocalStack is killed."""

    def __init__(self, *args, start_new_session=False, **options):
        super().__init__(*args, **options)


def load_process_executor(self, *args, **kwargs):
    from process_executor import ProcessExecutor

    return ProcessExecutor


def main() -> None:
    subprocess.Popen = GroupMember
    DockerRuntimeExecutorPlugin.load = load_process_executor

    from localstack.runtime.main import main as run_localstack
    from localstack.services.s3 import provider as s3

    # By default, all LocalStacks of a machine share this folder, and each deletes it when it ends.
    s3.DEFAULT_S3_TMP_DIR = os.path.join(tempfile.gettempdir(), "s3")
    run_localstack()
