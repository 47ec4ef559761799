output "found" {
  value = {
    account          = data.aws_caller_identity.current.account_id
    region           = data.aws_region.current.name
    session          = data.aws_iam_session_context.current.issuer_arn
    zones            = data.aws_availability_zones.available.names
    principal        = data.aws_service_principal.ecs_tasks.name
    policy           = data.aws_iam_policy.execution.arn
    own_policy       = data.aws_iam_policy.own.arn
    roles            = data.aws_iam_roles.tasks.names
    parameters       = length(data.aws_ssm_parameters_by_path.site.names)
    secrets          = data.aws_secretsmanager_secrets.site.names
    log_groups       = data.aws_cloudwatch_log_groups.services.log_group_names
    repositories     = data.aws_ecr_repositories.all.names
    tagged           = [for each in data.aws_resourcegroupstaggingapi_resources.stack.resource_tag_mapping_list : each.resource_arn]
    vpcs             = data.aws_vpcs.this.ids
    private_subnets  = data.aws_subnets.private.ids
    groups           = length(data.aws_security_groups.this.ids)
    rules            = length(data.aws_vpc_security_group_rules.balancer.ids)
    route_tables     = length(data.aws_route_tables.this.ids)
    way_out          = data.aws_route.out.nat_gateway_id
    nat              = data.aws_nat_gateway.this.id
    interfaces       = length(data.aws_network_interfaces.tasks.ids)
    nat_address      = data.aws_network_interface.nat.private_ip
    balancer_address = data.aws_network_interface.balancer.private_ip
    s3_cidrs         = data.aws_prefix_list.s3.cidr_blocks
    s3_entries       = length(data.aws_ec2_managed_prefix_list.s3.entries)
    prefix_list      = data.aws_vpc_endpoint.s3.prefix_list_id
    s3_list          = data.aws_prefix_list.s3.id
    clusters         = data.aws_ecs_clusters.all.cluster_arns
    running          = data.aws_ecs_cluster.this.running_tasks_count
    desired          = data.aws_ecs_service.site.desired_count
    image            = data.aws_ecs_container_definition.site.image
    revision         = data.aws_ecs_task_definition.site.revision
    zone             = data.aws_service_discovery_dns_namespace.this.hosted_zone
    private_zone     = data.aws_route53_zone.private.zone_id
    name_servers     = length(data.aws_route53_zone.public.name_servers)
    records          = length([for each in data.aws_route53_records.private.resource_record_sets : each if each.type == "A"])
    balancer_groups  = tolist(data.aws_lb.this.security_groups)
    listener         = data.aws_lb_listener.http.default_action[0].type
    target_type      = data.aws_lb_target_group.site.target_type
    load_balancers   = data.aws_lbs.stack.arns
    logs             = data.aws_s3_bucket.logs.bucket_domain_name
    ami              = startswith(data.aws_ami.linux.id, "ami-")
    ecs_ami          = nonsensitive(startswith(data.aws_ssm_parameter.ecs_ami.value, "ami-"))
  }
}
