# SPDX-License-Identifier: Apache-2.0
"""The commands of the article 「サービスディスカバリハンズオン!手を動かしてCloud Mapを理解する!!」
(2020-03-31) in its order.

It creates the namespace httpd-service-discovery.internal and then lists cloudmap-handson.internal;
here it is the latter throughout.
"""

from handson.article.step import Says, Step, everyone_has_answered, it_works

_SERVICE = (
    "service.{serviceName: serviceName, status: status, desiredCount: desiredCount, "
    "runningCount: runningCount}"
)
_RECORDS = (
    "ResourceRecordSets[?Type=='A'].{Name: Name, Type: Type, TTL: TTL, "
    "ResourceRecords: ResourceRecords}"
)

PREPARED = (
    Step(
        "describe-vpcs",
        "aws ec2 describe-vpcs --filters Name=tag:Name,Values=cloudmap-handson-vpc",
        "The article starts from a VPC; its id is [vpc-id] there.",
        keeps={"vpc": "Vpcs[0].VpcId"},
        excerpt="Vpcs[].{VpcId: VpcId, CidrBlock: CidrBlock}",
    ),
    Step(
        "describe-subnets",
        """aws ec2 describe-subnets \\
--filters Name=vpc-id,Values=$vpc Name=tag:Tier,Values=private""",
        "Two private subnets, in an availability zone each: [subnet-id].",
        keeps={"subnet_1": "Subnets[0].SubnetId", "subnet_2": "Subnets[1].SubnetId"},
        excerpt="Subnets[].{SubnetId: SubnetId, AvailabilityZone: AvailabilityZone, "
        "CidrBlock: CidrBlock}",
    ),
)

CREATED = (
    Step(
        "create-security-group",
        """aws ec2 create-security-group \\
--group-name cloudmap-handson-sg-container \\
--description "The security group for containers used in cloud map hands-on." \\
--vpc-id $vpc""",
        "A security group for the containers; nothing gets in yet.",
        keeps={"security_group": "GroupId"},
    ),
    Step(
        "authorize-security-group-ingress",
        """aws ec2 authorize-security-group-ingress \\
--group-id $security_group \\
--protocol tcp \\
--port 80 \\
--cidr 10.0.0.0/16""",
        "HTTP gets in, from the VPC only.",
    ),
    Step(
        "create-private-dns-namespace",
        """aws servicediscovery create-private-dns-namespace \\
--name cloudmap-handson.internal \\
--vpc $vpc""",
        "No namespace yet: an operation that makes one.",
        keeps={"operation": "OperationId"},
    ),
    Step(
        "get-operation",
        "aws servicediscovery get-operation --operation-id $operation",
        "SUCCESS: the namespace is there, and a hosted zone of its name in Route 53.",
        keeps={"namespace": "Operation.Targets.NAMESPACE"},
        until=Says("Operation.Status == 'SUCCESS'"),
    ),
    Step(
        "create-service (Cloud Map)",
        """aws servicediscovery create-service \\
--name cloudmap-handson \\
--dns-config "NamespaceId=$namespace,DnsRecords=[{Type=A,TTL=300}]" \\
--health-check-custom-config FailureThreshold=1""",
        "This is what discovers: each instance in it becomes an A record with TTL 300.",
        keeps={"service": "Service.Id", "service_arn": "Service.Arn"},
    ),
    Step(
        "create-cluster",
        "aws ecs create-cluster --cluster-name cloudmap-handson-cluster",
        "An ECS cluster, ACTIVE and empty.",
    ),
    Step(
        "register-task-definition",
        "aws ecs register-task-definition --cli-input-json file://task-definition.json",
        "What a task is: Apache in a Fargate container; family and revision name it.",
        keeps={"revision": "taskDefinition.revision"},
        excerpt="taskDefinition.{family: family, revision: revision, status: status}",
        file="task-definition.json",
    ),
    Step(
        "create-service (ECS)",
        "aws ecs create-service --cli-input-json file://service-definition.json",
        "One task wanted, and each to be registered in the Cloud Map service.",
        file="service-definition.json",
        excerpt=_SERVICE,
    ),
)

DISCOVERED = (
    Step(
        "list-instances",
        "aws servicediscovery list-instances --service-id $service",
        "ECS has registered its task, with the address of its network interface.",
        keeps={"address": "Instances[0].Attributes.AWS_INSTANCE_IPV4"},
        until=Says("length(Instances) == `1`"),
    ),
    Step(
        "curl the address",
        "curl http://$address$port/",
        "From inside the VPC the container answers.",
        until=it_works,
    ),
    Step(
        "get-namespace",
        "aws servicediscovery get-namespace --id $namespace",
        "The namespace's hosted zone.",
        keeps={"zone": "Namespace.Properties.DnsProperties.HostedZoneId"},
    ),
    Step(
        "list-resource-record-sets",
        "aws route53 list-resource-record-sets --hosted-zone-id $zone",
        "An A record with the task's address (and the zone's own NS and SOA).",
        until=Says('length(ResourceRecordSets[?Type==`"A"`]) == `1`'),
        excerpt=_RECORDS,
    ),
    Step(
        "curl the name",
        "curl $name$port",
        "The name leads to the container: nobody had to know its address.",
        until=it_works,
    ),
)

SCALED = (
    Step(
        "update-service to 4",
        """aws ecs update-service \\
--cluster cloudmap-handson-cluster \\
--service cloudmap-handson-httpd-service \\
--desired-count 4""",
        "Four tasks wanted.",
        excerpt=_SERVICE,
    ),
)

SPREAD = (
    Step(
        "four records",
        "aws route53 list-resource-record-sets --hosted-zone-id $zone",
        "Four A records of the one name, an address in each.",
        keeps={"addresses": "ResourceRecordSets[?Type=='A'].ResourceRecords[].Value"},
        until=Says('length(ResourceRecordSets[?Type==`"A"`]) == `4`'),
        excerpt=_RECORDS,
    ),
    Step(
        "curl until all have answered",
        "curl $name$port/whoami",
        "The name spreads the requests over all four tasks.",
        until=everyone_has_answered,
        excerpt="{address: address, availabilityZone: availabilityZone, task: task}",
        every_reply=True,
    ),
)

DELETED = (
    Step(
        "update-service to 0",
        """aws ecs update-service \\
--cluster cloudmap-handson-cluster \\
--service cloudmap-handson-httpd-service \\
--desired-count 0""",
        "No task wanted.",
        excerpt=_SERVICE,
    ),
    Step(
        "no instances",
        "aws servicediscovery list-instances --service-id $service",
        "ECS deregisters what it stops.",
        until=Says("length(Instances) == `0`"),
    ),
    Step(
        "delete-service (ECS)",
        """aws ecs delete-service \\
--cluster cloudmap-handson-cluster \\
--service cloudmap-handson-httpd-service""",
        "The service drains, then it is INACTIVE.",
        excerpt=_SERVICE,
    ),
    Step(
        "deregister-task-definition",
        "aws ecs deregister-task-definition --task-definition httpd-task:$revision",
        "The revision is INACTIVE: nothing new can be started from it.",
        excerpt="taskDefinition.{family: family, revision: revision, status: status}",
    ),
    Step(
        "delete-cluster",
        "aws ecs delete-cluster --cluster cloudmap-handson-cluster",
        "The cluster is INACTIVE, once nothing drains in it any more.",
        again_on=("ClusterContainsServicesException", "ClusterContainsTasksException"),
    ),
    Step(
        "delete-service (Cloud Map)",
        "aws servicediscovery delete-service --id $service",
        "Gone, as no instance is registered; the reply is empty.",
    ),
    Step(
        "delete-namespace",
        "aws servicediscovery delete-namespace --id $namespace",
        "Again an operation.",
        keeps={"operation": "OperationId"},
    ),
    Step(
        "get-operation of the deletion",
        "aws servicediscovery get-operation --operation-id $operation",
        "SUCCESS: the namespace is gone.",
        until=Says("Operation.Status == 'SUCCESS'"),
    ),
    Step(
        "delete-security-group",
        "aws ec2 delete-security-group --group-id $security_group",
        "No network interface holds it any more.",
        again_on=("DependencyViolation",),
    ),
)

GONE = (
    Step(
        "list-hosted-zones",
        "aws route53 list-hosted-zones",
        "No hosted zone: Route 53's went with the namespace.",
        until=Says("length(HostedZones) == `0`"),
    ),
)

BY_CLI = (*PREPARED, *CREATED, *DISCOVERED, *SCALED, *SPREAD, *DELETED, *GONE)
"""The whole article."""

NAME = "cloudmap-handson.cloudmap-handson.internal"
KEPT = {"name": NAME, "port": ""}
"""The values that the article's first step may use."""
