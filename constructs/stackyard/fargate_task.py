"""A task that runs now and then on ECS Fargate, and a machine that runs it to its end.

Nothing watches a task that was merely started. The machine waits for it, knows whether it
succeeded, and its failures ring an alarm; a schedule and a person start the same machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_scheduler as scheduler

from stackyard.edges import NodeGroup
from stackyard.iam import ServiceRole, Statement
from stackyard.machine import Machine
from stackyard.place import Block
from stackyard.task_definition import TaskDefinition

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.fargate import FargateTask as FargateTaskSpec
    from stackyard.cluster import Cluster
    from stackyard.edges import Way
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement
    from stackyard.release import Release
    from stackyard.task_definition import Wired

# What Step Functions hears a task's end by.
# https://docs.aws.amazon.com/step-functions/latest/dg/ecs-iam.html
END_RULE = "rule/StepFunctionsGetEventsForECSTaskRule"
MINUTE = 60
# The task never started, for want of capacity for example: nothing has been done twice.
NOT_STARTED = {
    "ErrorEquals": ["AmazonECS.Unknown"],
    "IntervalSeconds": 30,
    "MaxAttempts": 3,
    "BackoffRate": 2,
}


class FargateTask(Block):
    """A task's definition, group, machine and schedule."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        family: str,
        wired: Wired,
        spec: FargateTaskSpec,
        release: Release,
        cluster: Cluster,
        placement: Placement,
        out: tuple[Way, ...],
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._node, self._spec, self._cluster = node, spec, cluster
        group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Task {node} on Fargate",
            out=out,
        )
        self._task = TaskDefinition(
            self, "Task", node=node, family=family, wired=wired, release=release, key=key
        )
        runs = self.place.arn("ecs", f"task/{cluster.name}/*")
        revisions = self.place.arn("ecs", f"task-definition/{family}:*")
        self.machine = Machine(
            self,
            "Machine",
            node=node,
            definition=self._definition(placement, group.group_id),
            substitutions=self._substitutions(placement, group.group_id),
            statements=self._statements(runs, revisions),
            wildcards={
                revisions: "Each release makes a new revision of the one task definition",
                runs: "A task has no id before it runs; these are the tasks of the one cluster",
            },
            key=key,
            log_days=spec.log_days,
        )
        self.machine.machine.node.add_dependency(group)
        if spec.schedule:
            release.only_when_released(self._schedule(spec.schedule))
        cdk.CfnOutput(
            self,
            "Run",
            description=f"Runs {node} by hand, and waits for nothing",
            value="aws stepfunctions start-execution"
            f" --region {self.place.region} --state-machine-arn {self.machine.machine.ref}",
        )

    def _definition(self, placement: Placement, group_id: str) -> dict[str, object]:
        numbers = range(len(placement.subnet_ids))
        retry = [NOT_STARTED]
        if self._spec.retries:
            again = {"IntervalSeconds": MINUTE, "MaxAttempts": self._spec.retries}
            retry.append({"ErrorEquals": ["States.TaskFailed"], **again})
        run = {
            "Type": "Task",
            "Resource": "arn:aws:states:::ecs:runTask.sync",
            "Parameters": {
                "Cluster": self._cluster.name,
                # The family alone means its newest revision.
                "TaskDefinition": self._task.family,
                "LaunchType": "FARGATE",
                "NetworkConfiguration": {
                    "AwsvpcConfiguration": {
                        "Subnets": [f"${{Subnet{number}}}" for number in numbers],
                        "SecurityGroups": ["${Group}"],
                        "AssignPublicIp": "DISABLED",
                    }
                },
            },
            "TimeoutSeconds": self._spec.timeout * MINUTE,
            "Retry": retry,
            "End": True,
        }
        return {
            "Comment": f"Runs {self._node} to its end",
            "StartAt": "Run",
            "States": {"Run": run},
        }

    def _substitutions(self, placement: Placement, group_id: str) -> dict[str, str]:
        subnets = {f"Subnet{number}": each for number, each in enumerate(placement.subnet_ids)}
        return {**subnets, "Group": group_id}

    def _statements(self, runs: str, revisions: str) -> list[Statement]:
        here = {"ArnEquals": {"ecs:cluster": self._cluster.arn}}
        roles = [self._task.start_role.arn, self._task.run_role.arn]
        listen = ["events:DescribeRule", "events:PutRule", "events:PutTargets"]
        to_ecs = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
        return [
            Statement(actions=["ecs:RunTask"], resources=[revisions], conditions=here),
            Statement(actions=["ecs:DescribeTasks", "ecs:StopTask"], resources=[runs]),
            Statement(actions=listen, resources=[self.place.arn("events", END_RULE)]),
            Statement(actions=["iam:PassRole"], resources=roles, conditions=to_ecs),
        ]

    def _schedule(self, expression: str) -> Block:
        block = Block(self, "Schedule")
        machine = self.machine.machine.ref
        role = ServiceRole(
            block,
            "Role",
            service="scheduler",
            node=self._node,
            only_from={"aws:SourceAccount": self.place.account},
            statements=[Statement(actions=["states:StartExecution"], resources=[machine])],
        )
        schedule = scheduler.CfnSchedule(
            block,
            "Schedule",
            description=f"Starts {self._node}",
            schedule_expression=expression,
            schedule_expression_timezone=self._spec.timezone,
            flexible_time_window={"mode": "OFF"},
            target={"arn": machine, "roleArn": role.arn, "input": "{}"},
        )
        # An hour that strikes during the first release would find nothing to run.
        schedule.node.add_dependency(self._task.definition)
        return block
