"""Runs the execution environment of a Lambda function as a process of Node.js.

It stands for the container and for the program in it that talks to LocalStack (lambda-runtime-init).
`runtime.mjs` is the other side.
"""

import os
import subprocess
from concurrent.futures import Future
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import ExecutorEndpoint
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor
from localstack.utils.net import get_free_tcp_port

LOOPBACK = "127.0.0.1"
RUNTIME = Path(__file__).with_name("runtime.mjs")
# The name of the error after which runtime.mjs ends.
TIMED_OUT = b"Sandbox.Timedout"


class ProcessExecutor(RuntimeExecutor):
    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self.endpoint = ExecutorEndpoint(id, container_address=LOOPBACK)
        self.output = Path(config.dirs.tmp) / f"{function_version.id.function_name}-{id}.log"
        self.variables: dict[str, str] = {}
        self.process: subprocess.Popen | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        self.variables = {name: str(value) for name, value in env_vars.items()}
        self.endpoint.start()
        self._start_process()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        if self.process.poll() is not None:
            self.endpoint.startup_future = Future()
            self._start_process()
        result = self.endpoint.invoke(payload)
        if result.is_error and TIMED_OUT in result.payload:
            self.process.wait()
        return result

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.endpoint.shutdown()

    def _start_process(self) -> None:
        """Starts Node.js with only the environment variables of Lambda, and waits until it is ready."""
        code = self.function_version.config.code.get_unzipped_code_location()
        self.endpoint.container_port = get_free_tcp_port()
        variables = self.variables | {
            "PATH": os.environ["PATH"],
            "LAMBDA_TASK_ROOT": str(code),
            "PROCESS_EXECUTOR_PORT": str(self.endpoint.container_port),
        }
        with self.output.open("ab") as output:
            # It ends when its standard input closes: when this process ends for any reason.
            self.process = subprocess.Popen(
                [os.environ["LAMBDA_NODE"], str(RUNTIME)],
                cwd=code,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        self.endpoint.wait_for_startup()

    def get_address(self) -> str:
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        port = config.GATEWAY_LISTEN[0].port
        return f"http://{LOOPBACK}:{port}{self.endpoint.get_endpoint_prefix()}"

    def get_logs(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """A version leaves only its code, which LocalStack removes."""
