# SPDX-License-Identifier: Apache-2.0
"""The first way: Terraform deploys the three stacks, and a shell inside the VPC looks at them."""

from handson.article.stack_steps import SCALE, SYNTH
from handson.article.steps import GONE, NAME, PREPARED, SPREAD
from handson.tutorial.block import Block, chapter, lines, nothing
from handson.tutorial.typed import plain, renamed, typed

_DIG = f"dig +short @127.0.0.1 -p $VPC_DNS_PORT {NAME}"
_ASK = f"""python - <<'END'
import os, dns.resolver
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = ["127.0.0.1"], int(os.environ["VPC_DNS_PORT"])
print(resolver.resolve("{NAME}").rrset)
END"""
_SERVICE = """service=$(aws servicediscovery list-services \\
--query "Services[?Name=='cloudmap-handson'].Id" --output text)"""
_INSTANCES = "aws servicediscovery list-instances --service-id $service"
_ADDRESS = f"""address=$({_INSTANCES} \\
--query 'Instances[0].Attributes.AWS_INSTANCE_IPV4' --output text)"""
_VPC = f"vpc=$({PREPARED[0].command} \\\n--query 'Vpcs[0].VpcId' --output text)"
_HOSTNAMES = "aws ec2 modify-vpc-attribute --vpc-id $vpc --{}enable-dns-hostnames"

BY_STACKS_CHAPTER = chapter(
    Block("setup", ("make setup",), shorten=nothing),
    Block("activate", (". .venv/bin/activate",)),
    typed(SYNTH),
    Block(
        "cdktf deploy",
        ("cdktf deploy discovery compute --auto-approve",),
        shorten=lines(r"^cdktf:|^localaws|(Creation|Apply) complete"),
    ),
    Block("status", ("make status",)),
    Block("inside", ('eval "$(make -s env)"',)),
    Block("curl by stacks", (f"curl {NAME}",)),
    Block("instances by stacks", (_SERVICE, _INSTANCES)),
    typed(SCALE, shorten=lines(r"(Modifications|Apply) complete|─|^ desired|^ address|^ +\d")),
    Block("dig", (_DIG,), needs="dig"),
    Block("ask without dig", (_ASK,)),
    renamed(typed(SPREAD[1]), "four answer by stacks"),
    Block("hostnames off", (_VPC, _HOSTNAMES.format("no-"))),
    Block("curl without hostnames", (f"curl {NAME}",)),
    Block("address without hostnames", (_ADDRESS, "curl http://$address/")),
    Block(
        "deploy without hostnames",
        ("make deploy",),
        fails=True,
        shorten=lines(r"^ *network-inputs \| (Error|VPC|of the|modify|.*is false)"),
    ),
    Block("hostnames on", (_HOSTNAMES.format(""), f"curl {NAME}")),
    Block(
        "cdktf destroy",
        ("cdktf destroy --auto-approve",),
        shorten=lines(r"Destruction complete|Destroy complete"),
    ),
    plain(GONE[0], "no zone after stacks"),
    Block("local-down", ("make local-down",)),
)
