// rabbitmq-c as Swift can import it: headers of both layouts, and what is variadic in C.
#ifndef SWARM_CRABBITMQ_SHIM_H
#define SWARM_CRABBITMQ_SHIM_H

#include <stddef.h>
#include <sys/time.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

static inline amqp_table_entry_t swarm_amqp_flag(const char *name) {
    amqp_table_entry_t entry;
    entry.key = amqp_cstring_bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    entry.value.value.boolean = 1;
    return entry;
}

// Logs in (SASL PLAIN) and says what this client can do. Without `connection.blocked` the broker keeps a memory alarm
// to itself, without `consumer_cancel_notify` a deleted queue.
static inline amqp_rpc_reply_t swarm_amqp_login(
    amqp_connection_state_t state, const char *virtual_host, int channel_max, int frame_max, int heartbeat,
    const char *user, const char *password, const char *connection_name) {
    amqp_table_entry_t capabilities[5];
    amqp_table_entry_t properties[2];
    amqp_table_t table;

    capabilities[0] = swarm_amqp_flag("consumer_cancel_notify");
    capabilities[1] = swarm_amqp_flag("connection.blocked");
    capabilities[2] = swarm_amqp_flag("publisher_confirms");
    capabilities[3] = swarm_amqp_flag("basic.nack");
    capabilities[4] = swarm_amqp_flag("authentication_failure_close");

    properties[0].key = amqp_cstring_bytes("capabilities");
    properties[0].value.kind = AMQP_FIELD_KIND_TABLE;
    properties[0].value.value.table.num_entries = 5;
    properties[0].value.value.table.entries = capabilities;
    properties[1].key = amqp_cstring_bytes("connection_name");
    properties[1].value.kind = AMQP_FIELD_KIND_UTF8;
    properties[1].value.value.bytes = amqp_cstring_bytes(connection_name);

    table.num_entries = 2;
    table.entries = properties;
    return amqp_login_with_properties(
        state, virtual_host, channel_max, frame_max, heartbeat, &table, AMQP_SASL_METHOD_PLAIN, user, password);
}

#endif
