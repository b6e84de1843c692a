// The client of the benchmark over HTTP: keeps one request in flight on each of a number of connections, and measures.
//
//   http_driver calls CONNECTIONS CALLS KIND REQUEST COMMAND...     latency, rate and CPU per call of server and child
//   http_driver memory KIND REQUEST COMMAND...                      memory of both, before and after a crowd was there
//   http_driver record KIND REQUEST COMMAND...                      the body of one answer, on standard output
//
// The server says its address, http://HOST:PORT/mcp, on standard output or error; COMMAND may also be the port of one that
// runs already. KIND is `session`, `stateless` or `bare`:
// the same requests as `stateless`, to a server that answers all of them with the same bytes. REQUEST is a message without
// its id, such as '"method":"ping"'. Results are printed as one JSON object.

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measuring.h"

enum { MOST_CONNECTIONS = 1024, ROOM = 1 << 18 };

struct connection {
    int socket;
    size_t filled;
    double sent;
    char *buffer;
};

static const char *request_body;
static char extra_headers[512];
static struct connection connections[MOST_CONNECTIONS];
static struct pollfd polled[MOST_CONNECTIONS];
static pid_t server;
static int port;
static size_t last_answer_size;
static bool checks_ids;

// Starts the server and waits until it has said where it listens.
static void start_server(char **command) {
    int output[2];
    if ((port = atoi(command[0])) > 0) return;
    if (pipe2(output, O_CLOEXEC)) fail("no pipe");
    server = fork();
    if (server == 0) {
        dup2(output[1], 1);
        dup2(output[1], 2);
        execvp(command[0], command);
        fail("cannot start %s", command[0]);
    }
    close(output[1]);
    char said[4096];
    for (size_t filled = 0; filled + 1 < sizeof said;) {
        ssize_t got = read(output[0], said + filled, sizeof said - 1 - filled);
        if (got <= 0) fail("the server ended: %.*s", (int)filled, said);
        filled += (size_t)got;
        said[filled] = 0;
        char *path = strstr(said, "/mcp\n");
        if (!path) continue;
        while (path > said && path[-1] != ':') path--;
        port = atoi(path);
        return;
    }
    fail("the server does not say where it listens");
}

static void stop_server(void) {
    if (!server) return;
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
}

static void open_connection(struct connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address)) fail("cannot connect to port %d", port);
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->filled = 0;
    if (!connection->buffer) connection->buffer = malloc(ROOM);
}

static void send_message(struct connection *connection, const char *message, size_t size) {
    char text[8192];
    int length = snprintf(text, sizeof text,
        "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\n%sContent-Length: %zu\r\n\r\n%s",
        port, extra_headers, size, message);
    if (length < 0 || (size_t)length >= sizeof text) fail("the request is too long");
    connection->sent = now_seconds();
    if (send(connection->socket, text, (size_t)length, MSG_NOSIGNAL) != length) fail("the server reads no more");
}

static void send_request(struct connection *connection, long id) {
    char message[4096];
    int length = snprintf(message, sizeof message, "{\"jsonrpc\":\"2.0\",\"id\":%ld,%s}", id, request_body);
    send_message(connection, message, (size_t)length);
}

// The length of the whole answer in the buffer; 0 if it is not all there.
static size_t whole_answer(struct connection *connection, char **body, size_t *body_size) {
    connection->buffer[connection->filled] = 0;
    char *end = strstr(connection->buffer, "\r\n\r\n");
    if (!end) return 0;
    if (strncmp(connection->buffer, "HTTP/1.1 20", 11)) fail("refused: %.600s", connection->buffer);
    char *length = strcasestr(connection->buffer, "\ncontent-length:");
    if (!length || length > end) fail("an answer without length: %.300s", connection->buffer);
    *body = end + 4;
    *body_size = strtoul(length + 16, NULL, 10);
    size_t whole = (size_t)(*body - connection->buffer) + *body_size;
    return connection->filled < whole ? 0 : whole;
}

// Reads once; true if an answer is there, which must be the one to `id` and no error.
static bool receive_answer(struct connection *connection, long id) {
    ssize_t got = recv(connection->socket, connection->buffer + connection->filled, ROOM - 1 - connection->filled, 0);
    if (got <= 0) fail("the server closed a connection");
    connection->filled += (size_t)got;
    char *body, expected[40];
    size_t size, whole = whole_answer(connection, &body, &size);
    if (!whole) return false;
    snprintf(expected, sizeof expected, "\"id\":%ld,", id);
    if (checks_ids && !memmem(body, size, expected, strlen(expected))) fail("an answer to nothing: %.300s", body);
    if (memmem(body, size, "\"error\":", 8) || memmem(body, size, "\"isError\":true", 14)) fail("an error: %.600s", body);
    last_answer_size = size;
    connection->filled -= whole;
    memmove(connection->buffer, connection->buffer + whole, connection->filled);
    return true;
}

// The headers that requests of this kind carry; a session is begun for those that need one.
static void prepare(const char *kind) {
    checks_ids = strcmp(kind, "bare") != 0;
    if (strcmp(kind, "session") != 0) {
        const char *name = strstr(request_body, "\"name\":\"");
        if (!name) fail("the request names no tool");
        snprintf(extra_headers, sizeof extra_headers,
            "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: %.*s\r\n",
            (int)strcspn(name + 8, "\""), name + 8);
        return;
    }
    static const char begin[] =
        "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
        "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";
    extra_headers[0] = 0;
    struct connection *first = &connections[0];
    open_connection(first);
    send_message(first, begin, sizeof begin - 1);
    ssize_t got = recv(first->socket, first->buffer, ROOM - 1, 0);
    first->buffer[got < 0 ? 0 : got] = 0;
    char *id = strcasestr(first->buffer, "mcp-session-id:");
    char *end = id ? strstr(id, "\r\n") : NULL;
    if (!end) fail("there is no session: %.300s", first->buffer);
    snprintf(extra_headers, sizeof extra_headers, "%.*s\r\n", (int)(end - id), id);
    close(first->socket);
}

static void open_all(size_t count) {
    if (count < 1 || count > MOST_CONNECTIONS) fail("at most %d connections", MOST_CONNECTIONS);
    for (size_t i = 0; i < count; i++) {
        open_connection(&connections[i]);
        polled[i] = (struct pollfd){.fd = connections[i].socket, .events = POLLIN};
    }
}

static void close_all(size_t count) {
    for (size_t i = 0; i < count; i++) close(connections[i].socket);
}

// So many calls over so many connections; the times from sending to the whole answer go to `times`.
static void make_calls(size_t calls, size_t count, double *times) {
    size_t started = 0, finished = 0;
    for (; started < count && started < calls; started++) send_request(&connections[started], (long)started);
    while (finished < calls) {
        if (poll(polled, count, 30000) <= 0) fail("no answer within 30 s; %zu of %zu calls are answered", finished, calls);
        for (size_t i = 0; i < count; i++) {
            if (!polled[i].revents || !receive_answer(&connections[i], (long)i)) continue;
            if (times) times[finished] = now_seconds() - connections[i].sent;
            finished++;
            if (started < calls) {
                send_request(&connections[i], (long)i);
                started++;
            }
        }
    }
}

static void measure_calls(size_t count, size_t calls, const char *kind) {
    prepare(kind);
    open_all(count);
    make_calls(calls / 10 + count, count, NULL);
    double *times = allocate_times(calls);
    pid_t child = server ? child_of(server) : 0;
    double cpu = server ? cpu_seconds_of(server) : 0, child_cpu = child ? cpu_seconds_of(child) : 0, begin = now_seconds();
    make_calls(calls, count, times);
    double wall = now_seconds() - begin;
    cpu = server ? cpu_seconds_of(server) - cpu : 0;
    child_cpu = child ? cpu_seconds_of(child) - child_cpu : 0;
    struct distribution d = distribution_of(times, calls);
    printf("{\"p50_us\":%.3f,\"p99_us\":%.3f,\"per_second\":%.1f,\"cpu_us\":%.3f,\"child_cpu_us\":%.3f,\"answer_bytes\":%zu}\n",
        d.p50 * 1e6, d.p99 * 1e6, (double)calls / wall, cpu * 1e6 / (double)calls, child_cpu * 1e6 / (double)calls,
        last_answer_size);
    close_all(count);
}

// One answer, then a crowd of 64 connections that make 20,000 calls and leave.
static void measure_memory(const char *kind) {
    prepare(kind);
    open_all(1);
    make_calls(1, 1, NULL);
    close_all(1);
    usleep(1500000);
    pid_t child = server ? child_of(server) : 0;
    long idle = pss_kib_of(server), idle_child = child ? pss_kib_of(child) : 0;
    open_all(64);
    make_calls(20000, 64, NULL);
    long most = pss_kib_of(server);
    close_all(64);
    usleep(2500000);
    printf("{\"idle_kib\":%ld,\"idle_child_kib\":%ld,\"peak_kib\":%ld,\"after_kib\":%ld,\"after_child_kib\":%ld}\n",
        idle, idle_child, most, pss_kib_of(server), child ? pss_kib_of(child) : 0);
}

static void record(const char *kind) {
    prepare(kind);
    open_all(1);
    send_request(&connections[0], 0);
    char *body;
    size_t size, whole;
    while (!(whole = whole_answer(&connections[0], &body, &size))) {
        ssize_t got = recv(connections[0].socket, connections[0].buffer + connections[0].filled, ROOM - 1 - connections[0].filled, 0);
        if (got <= 0) fail("the server closed a connection");
        connections[0].filled += (size_t)got;
    }
    fwrite(body, 1, size, stdout);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    bool calls = argc > 6 && !strcmp(argv[1], "calls");
    bool other = argc > 4 && (!strcmp(argv[1], "memory") || !strcmp(argv[1], "record"));
    if (!calls && !other) fail("usage: http_driver calls|memory|record ...");
    const char *kind = argv[calls ? 4 : 2];
    request_body = argv[calls ? 5 : 3];
    start_server(argv + (calls ? 6 : 4));
    if (calls) measure_calls(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), kind);
    else if (!strcmp(argv[1], "memory")) measure_memory(kind);
    else record(kind);
    stop_server();
}
