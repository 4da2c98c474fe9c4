"""The metrics of AWS services with their meanings, by namespace."""

from __future__ import annotations

import difflib
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from checks.rules import metric_meanings as of

if TYPE_CHECKING:
    from checks.rules.metric_meanings import Meaning

_METRICS: dict[str, tuple[tuple[Meaning, str], ...]] = {
    "AWS/ApplicationELB": (
        (of.ERRORS, """
            HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count HTTPCode_ELB_500_Count
            HTTPCode_ELB_502_Count HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count
            HTTPCode_Target_4XX_Count HTTPCode_Target_5XX_Count RejectedConnectionCount
            TargetConnectionErrorCount TargetTLSNegotiationErrorCount ELBAuthError ELBAuthFailure
            ClientTLSNegotiationErrorCount LambdaInternalError LambdaUserError
        """),
        (of.EVENTS, """
            ActiveConnectionCount DesyncMitigationMode_NonCompliant_Request_Count
            DroppedInvalidHeaderRequestCount ELBAuthLatency ELBAuthRefreshTokenSuccess
            ELBAuthSuccess ELBAuthUserClaimsSizeExceeded ForwardedInvalidHeaderRequestCount
            GrpcRequestCount HTTPCode_ELB_3XX_Count HTTPCode_Target_2XX_Count
            HTTPCode_Target_3XX_Count HTTP_Fixed_Response_Count HTTP_Redirect_Count
            HTTP_Redirect_Url_Limit_Exceeded_Count IPv6ProcessedBytes IPv6RequestCount
            LambdaTargetProcessedBytes LowReputationPacketsDropped LowReputationRequestsDenied
            MitigatedHostCount NewConnectionCount NonStickyRequestCount ProcessedBytes
            RequestCountPerTarget RuleEvaluations ConsumedLCUs PeakLCUs
        """),
        (of.CALLS, "RequestCount"),
        (of.SECONDS, "TargetResponseTime"),
        (of.HEALTHY, "HealthyHostCount HealthyStateDNS HealthyStateRouting"),
        (of.UNHEALTHY, """
            UnHealthyHostCount UnhealthyStateDNS UnhealthyStateRouting
            UnhealthyRoutingRequestCount AnomalousHostCount
        """),
    ),
    "AWS/ECS": (
        (of.PERCENT, """
            CPUUtilization MemoryUtilization CPUReservation MemoryReservation GPUReservation
            EBSFilesystemUtilization
        """),
        (of.ERRORS, "HTTPCode_Target_5XX_Count HTTPCode_Target_4XX_Count"),
        (of.EVENTS, """
            RequestCountPerTarget NewConnectionCount ProcessedBytes GrpcRequestCount
            HTTPCode_Target_2XX_Count HTTPCode_Target_3XX_Count ClientTLSNegotiationErrorCount
            TargetTLSNegotiationErrorCount ActiveConnectionCount
        """),
        (of.CALLS, "RequestCount"),
        (of.MILLISECONDS, "TargetResponseTime"),
    ),
    "ECS/ContainerInsights": (
        (of.GAUGE, "DesiredTaskCount PendingTaskCount DeploymentCount TaskSetCount ServiceCount"),
        (of.GAUGE, "CpuReserved CpuUtilized MemoryReserved MemoryUtilized ContainerInstanceCount"),
        (of.PERCENT, "ContainerCpuUtilization ContainerMemoryUtilization TaskCpuUtilization"),
        (of.PERCENT, "TaskMemoryUtilization instance_cpu_utilization instance_memory_utilization"),
        (of.HEALTHY, "RunningTaskCount TaskCount"),
        (of.STEADY, "RestartCount"),
    ),
    "AWS/RDS": (
        (of.PERCENT, "CPUUtilization ACUUtilization"),
        (of.LEFT, "BurstBalance EBSByteBalance% EBSIOBalance% BufferCacheHitRatio"),
        (of.DISK, "ReadLatency WriteLatency"),
        (of.FREE, "FreeStorageSpace FreeableMemory FreeLocalStorage"),
        (of.FAR_LAG, "ReplicaLag"),
        (of.CREDITS, "CPUCreditBalance"),
        (of.BACKLOG, "DatabaseConnections DiskQueueDepth SwapUsage MaximumUsedTransactionIDs"),
        (of.BORROWING, "DatabaseConnectionsBorrowLatency QueryResponseLatency"),
        (of.ERRORS, "ClientConnectionsSetupFailedAuth DatabaseConnectionsSetupFailed"),
        (of.EITHER, "ReadIOPS WriteIOPS ReadThroughput WriteThroughput DBLoad DBLoadCPU"),
    ),
    "AWS/ElastiCache": (
        (of.PERCENT, "CPUUtilization EngineCPUUtilization DatabaseMemoryUsagePercentage"),
        (
            of.PERCENT,
            "DatabaseMemoryUsageCountedForEvictPercentage DatabaseCapacityUsagePercentage",
        ),
        (of.LEFT, "CacheHitRate"),
        (of.FREE, "FreeableMemory"),
        (of.CREDITS, "CPUCreditBalance"),
        (of.MICROSECONDS, "SuccessfulReadRequestLatency SuccessfulWriteRequestLatency"),
        (of.LAG, "ReplicationLag GlobalDatastoreReplicationLag"),
        (of.IS_HEALTHY, "MasterLinkHealthStatus"),
        (of.STEADY, """
            AuthenticationFailures CommandAuthorizationFailures KeyAuthorizationFailures
            IamAuthenticationThrottling ThrottledCmds Evictions
            NetworkBandwidthInAllowanceExceeded NetworkBandwidthOutAllowanceExceeded
            NetworkConntrackAllowanceExceeded NetworkPacketsPerSecondAllowanceExceeded
        """),
        (of.BACKLOG, "CurrConnections BytesUsedForCache SwapUsage CurrItems"),
    ),
    "AWS/Lambda": (
        (of.ERRORS, "Errors Throttles DeadLetterErrors DestinationDeliveryFailures"),
        (of.CALLS, "Invocations"),
        (of.EVENTS, "ProvisionedConcurrencyInvocations ProvisionedConcurrencySpilloverInvocations"),
        (of.EVENTS, "AsyncEventsReceived AsyncEventsDropped RecursiveInvocationsDropped"),
        (of.RUNNING, "Duration PostRuntimeExtensionsDuration IteratorAge OffsetLag AsyncEventAge"),
        (of.GAUGE, "ConcurrentExecutions UnreservedConcurrentExecutions ClaimedAccountConcurrency"),
        (of.GAUGE, "ProvisionedConcurrentExecutions ProvisionedConcurrencyUtilization"),
    ),
    "AWS/States": (
        (of.ERRORS, "ExecutionsFailed ExecutionsTimedOut ExecutionsAborted ExecutionThrottled"),
        (of.ERRORS, "ActivitiesFailed ActivitiesTimedOut ActivitiesHeartbeatTimedOut"),
        (of.ERRORS, "LambdaFunctionsFailed LambdaFunctionsTimedOut ServiceIntegrationsFailed"),
        (of.ERRORS, "ServiceIntegrationsTimedOut ThrottledEvents"),
        (of.CALLS, "ExecutionsStarted ExecutionsSucceeded"),
        (of.RUNNING, "ExecutionTime"),
    ),
    "AWS/SQS": (
        (of.BACKLOG, "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesVisible"),
        (of.BACKLOG, "ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible"),
        (of.EITHER, "NumberOfMessagesSent NumberOfMessagesReceived NumberOfMessagesDeleted"),
        (of.EITHER, "NumberOfEmptyReceives SentMessageSize"),
        (of.GAUGE, "ApproximateNumberOfGroupsWithInflightMessages"),
    ),
    "AWS/SNS": (
        (of.ERRORS, "NumberOfNotificationsFailed NumberOfNotificationsRedrivenToDlq"),
        (of.ERRORS, "NumberOfNotificationsFailedToRedriveToDlq"),
        (of.CALLS, "NumberOfMessagesPublished NumberOfNotificationsDelivered"),
        (of.EITHER, "PublishSize SMSMonthToDateSpentUSD SMSSuccessRate"),
        (of.EITHER, "NumberOfNotificationsFilteredOut"),
    ),
    "AWS/CodeBuild": (
        (of.ERRORS, "FailedBuilds"),
        (of.CALLS, "Builds SucceededBuilds"),
        (of.RUNNING, "Duration QueuedDuration BuildDuration ProvisioningDuration"),
    ),
    "AWS/Scheduler": (
        (of.ERRORS, "TargetErrorCount TargetErrorThrottledCount InvocationThrottleCount"),
        (of.ERRORS, "InvocationDroppedCount InvocationsFailedToBeSentToDeadLetterCount"),
        (of.ERRORS, "InvocationsSentToDeadLetterCount"),
        (of.CALLS, "InvocationAttemptCount"),
    ),
    "AWS/Events": (
        (of.ERRORS, "FailedInvocations DeadLetterInvocations InvocationsFailedToBeSentToDlq"),
        (of.ERRORS, "InvocationsSentToDlq ThrottledRules RetryInvocationAttempts"),
        (of.CALLS, "Invocations TriggeredRules MatchedEvents"),
    ),
    "AWS/NATGateway": (
        (of.STEADY, "ErrorPortAllocation PacketsDropCount"),
        (of.EITHER, "ActiveConnectionCount ConnectionAttemptCount ConnectionEstablishedCount"),
        (of.EITHER, "BytesInFromDestination BytesInFromSource IdleTimeoutCount"),
        (of.EITHER, "BytesOutToDestination BytesOutToSource PeakBytesPerSecond"),
    ),
    "AWS/EC2": (
        (of.PERCENT, "CPUUtilization"),
        (of.UNHEALTHY, "StatusCheckFailed StatusCheckFailed_Instance StatusCheckFailed_System"),
        (of.LEFT, "EBSByteBalance% EBSIOBalance%"),
        (of.CREDITS, "CPUCreditBalance"),
    ),
    "AWS/CertificateManager": ((of.DAYS, "DaysToExpiry"),),
    "AWS/Route53": (
        (of.IS_HEALTHY, "HealthCheckStatus"),
        (of.SHARE_HEALTHY, "HealthCheckPercentageHealthy"),
        (of.MILLISECONDS, "ConnectionTime SSLHandshakeTime TimeToFirstByte"),
        (of.EITHER, "ChildHealthCheckHealthyCount DNSQueries"),
    ),
    "AWS/AppRunner": (
        (of.PERCENT, "CPUUtilization MemoryUtilization"),
        (of.ERRORS, "5xxStatusResponses 4xxStatusResponses"),
        (of.EVENTS, "2xxStatusResponses"),
        (of.CALLS, "Requests"),
        (of.MILLISECONDS, "RequestLatency"),
        (of.HEALTHY, "ActiveInstances"),
        (of.GAUGE, "Concurrency"),
    ),
}  # fmt: skip
# Of these only the metrics that people set alarms on stand above: another name may well exist.
_OPEN = {"AWS/ElastiCache", "AWS/EC2", "AWS/RDS", "AWS/NATGateway", "ECS/ContainerInsights"}

# How services spell the names of their metrics.
_SPELLED = re.compile(r"[A-Z][A-Za-z0-9%_]+|[a-z]+(_[a-z0-9]+)+")

MEANINGS: dict[tuple[str, str], Meaning] = {
    (namespace, name): meaning
    for namespace, metrics in _METRICS.items()
    for meaning, names in metrics
    for name in names.split()
}


def meaning_of(namespace: str, name: str) -> Meaning | None:
    """What a metric means, where that is known."""
    return MEANINGS.get((namespace, name))


def mistaken(namespace: str, name: str) -> str | None:
    """What a name that nobody publishes was meant to be, or nothing; None if it is published."""
    if namespace not in _METRICS or (namespace, name) in MEANINGS:
        return None
    names = [known for space, known in MEANINGS if space == namespace]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.85)
    if namespace in _OPEN and not close and _SPELLED.fullmatch(name):
        return None
    return close[0] if close else ""


def misspelled(namespace: str) -> str | None:
    """The namespace of AWS that was meant by one that is almost, and not quite, the same."""
    known = {each for each, _ in MEANINGS}
    if namespace in known or not namespace.lower().startswith(("aws/", "ecs/")):
        return None
    return next(iter(get_close_matches(namespace, known, n=1, cutoff=0.92)), None)
