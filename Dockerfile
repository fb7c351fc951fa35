# An image with swarmctl: `docker build -t swarm .`, then `docker run swarm node --name a --broker amqp://...`.
# What an application needs is the same: librabbitmq-dev to build, librabbitmq4 to run.

FROM swift:6.2-bookworm AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends librabbitmq-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /swarm
# Packages first: they are fetched again only when the manifest changes.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product swarmctl --static-swift-stdlib \
    && install -m 755 -s "$(swift build -c release --show-bin-path)/swarmctl" /usr/local/bin/swarmctl

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends librabbitmq4 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --shell /usr/sbin/nologin swarm
COPY --from=builder /usr/local/bin/swarmctl /usr/local/bin/swarmctl
USER swarm
# SIGTERM, Docker's way to stop, makes a node hand its workers over and leave. Give it time: stop_grace_period, or `docker stop -t 40`.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/swarmctl"]
