#!/usr/bin/env python3
"""A plain AMQP client of a Swarm cluster: what any language with an AMQP library can do. Needs pika (Debian: python3-pika).

    outside.py register cart/1 counter carts.eu      starts a worker where it belongs, in a group
    outside.py call cart/1 '{"add":{"amount":3}}'    sends it a message and waits for the reply
    outside.py publish carts.eu '{"add":{"amount":1}}'   one message to every member of the group
    outside.py listen 'carts.*'                      prints what is published to these groups, until it is interrupted

Environment: SWARM_BROKER (default amqp://guest:guest@localhost), SWARM_CLUSTER (default: default).
"""

import json
import os
import sys
import uuid

import pika
import pika.exceptions

BROKER = os.environ.get("SWARM_BROKER", "amqp://guest:guest@localhost")
CLUSTER = os.environ.get("SWARM_CLUSTER", "default")


def ask(channel, operation, seconds=5, **fields):
    """One request to the cluster: the operation is the routing key, the fields are JSON, the answer comes to a queue of our own."""
    queue = channel.queue_declare("swarm.%s.client.%s" % (CLUSTER, uuid.uuid4().hex), exclusive=True).method.queue
    correlation = uuid.uuid4().hex
    channel.basic_publish(
        "swarm.%s.requests" % CLUSTER,
        operation,
        json.dumps(dict(fields, timeout=seconds)).encode(),
        pika.BasicProperties(
            content_type="application/json",
            reply_to=queue,
            correlation_id=correlation,
            expiration=str(seconds * 1000),  # what no node has taken by then, nobody is to take
        ),
    )
    for _, properties, body in channel.consume(queue, auto_ack=True, inactivity_timeout=seconds + 1):
        if properties is None:
            sys.exit("no answer: is a node of cluster %s ready?" % CLUSTER)
        if properties.correlation_id == correlation:
            channel.cancel()
            return json.loads(body)


def listen(channel, pattern):
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, "swarm.%s.groups" % CLUSTER, pattern)
    print("listening", file=sys.stderr, flush=True)
    for method, _, body in channel.consume(queue, auto_ack=True):
        print(method.routing_key, body.decode(), flush=True)


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    command, name, *rest = arguments
    if command in ("call", "publish") and rest:
        try:
            json.loads(rest[0])
        except ValueError as error:
            sys.exit("the message is not JSON: %s" % error)
    try:
        connection = pika.BlockingConnection(pika.URLParameters(BROKER))
    except pika.exceptions.AMQPConnectionError as error:
        # Not the URL: it has the password.
        sys.exit("no connection to the broker of SWARM_BROKER (%r): start it, or check the URL" % error)
    with connection:
        channel = connection.channel()
        if command == "register" and rest:
            answer = ask(channel, "register", name=name, kind=rest[0], groups=rest[1:])
        elif command == "call" and rest:
            answer = ask(channel, "call", name=name, message=json.loads(rest[0]))
        elif command == "publish" and rest:
            channel.basic_publish(
                "swarm.%s.groups" % CLUSTER, name, rest[0].encode(), pika.BasicProperties(content_type="application/json")
            )
            return
        elif command == "listen":
            return listen(channel, name)
        else:
            sys.exit(__doc__)
        print(json.dumps(answer))
        sys.exit(1 if "error" in answer else 0)


if __name__ == "__main__":
    try:
        main()
    except pika.exceptions.ChannelClosedByBroker as error:
        sys.exit("the broker says: %s (a cluster that never ran has no exchanges: check SWARM_CLUSTER)" % error.reply_text)
