// The client of the benchmark: starts a server, keeps a number of requests in flight, and measures.
//
//   driver start REPETITIONS REQUEST COMMAND...            time and CPU from exec to the first answer
//   driver calls IN_FLIGHT CALLS REQUEST COMMAND...        latency, rate and CPU per call of server and child
//   driver once REQUEST COMMAND...                         time, CPU and memory of both for one answer, from exec on
//   driver memory SECONDS REQUEST COMMAND...               memory of both, idle and at most
//
// REQUEST is a message without its id, such as '"method":"ping"'. Results are printed as one JSON object.

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measuring.h"

enum { LARGEST_IN_FLIGHT = 256 };

struct server {
    pid_t pid;
    int input, output;
    char *buffer;
    size_t capacity, filled, scanned;
};

static const char *request_body;
static size_t last_answer_size;

static struct server start_server(char **command) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC)) fail("no pipes");
    struct server server = {.capacity = 4 << 20};
    server.buffer = malloc(server.capacity);
    if (!server.buffer) fail("out of memory");
    server.pid = fork();
    if (server.pid == 0) {
        dup2(input[0], 0);
        dup2(output[1], 1);
        execvp(command[0], command);
        fail("cannot start %s", command[0]);
    }
    close(input[0]);
    close(output[1]);
    server.input = input[1];
    server.output = output[0];
    return server;
}

static struct rusage stop_server(struct server *server) {
    struct rusage usage;
    int status;
    close(server->input);
    if (wait4(server->pid, &status, 0, &usage) < 0 || !WIFEXITED(status)) fail("the server did not exit");
    close(server->output);
    free(server->buffer);
    return usage;
}

static void write_fully(int descriptor, const char *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t put = write(descriptor, bytes + done, count - done);
        if (put <= 0) fail("the server reads no more");
        done += (size_t)put;
    }
}

static size_t append_request(char *at, size_t room, long id) {
    return (size_t)snprintf(at, room, "{\"jsonrpc\":\"2.0\",\"id\":%ld,%s}\n", id, request_body);
}

static void send_request(struct server *server, long id) {
    char line[4096];
    write_fully(server->input, line, append_request(line, sizeof line, id));
}

// The id of the next whole answer in the buffer, which is taken out; -1 if there is none.
static long take_answer(struct server *server, size_t *consumed) {
    char *start = server->buffer + *consumed;
    char *end = memchr(server->buffer + server->scanned, '\n', server->filled - server->scanned);
    if (!end) {
        server->scanned = server->filled;
        return -1;
    }
    size_t length = (size_t)(end - start);
    const char *id = memmem(start, length < 200 ? length : 200, "\"id\":", 5);
    if (!id) id = memmem(start, length, "\"id\":", 5);
    if (!id) fail("an answer without an id: %.200s", start);
    last_answer_size = length + 1;
    *consumed += length + 1;
    server->scanned = *consumed;
    return atol(id + 5);
}

static void receive(struct server *server) {
    if (server->filled == server->capacity) fail("an answer is too large");
    ssize_t got = read(server->output, server->buffer + server->filled, server->capacity - server->filled);
    if (got <= 0) fail("the server closed its output");
    server->filled += (size_t)got;
}

static void drop(struct server *server, size_t consumed) {
    server->filled -= consumed;
    server->scanned -= consumed;
    memmove(server->buffer, server->buffer + consumed, server->filled);
}

// Refuses to measure a server that only answers errors.
static void check_answer(struct server *server) {
    send_request(server, 1);
    size_t consumed = 0;
    while (!memchr(server->buffer, '\n', server->filled)) receive(server);
    if (memmem(server->buffer, server->filled, "\"error\"", 7) || memmem(server->buffer, server->filled, "\"isError\":true", 14))
        fail("the answer is an error: %.*s", (int)(server->filled < 600 ? server->filled : 600), server->buffer);
    take_answer(server, &consumed);
    drop(server, consumed);
}

// Makes so many calls with so many in flight; the times from sending to the whole answer go to `times`.
static void make_calls(struct server *server, size_t calls, size_t in_flight, double *times) {
    static double sent[LARGEST_IN_FLIGHT];
    static char lines[LARGEST_IN_FLIGHT * 4096];
    size_t started = 0, finished = 0;
    size_t wanted = in_flight;
    long slots[LARGEST_IN_FLIGHT];
    for (size_t i = 0; i < in_flight; i++) slots[i] = (long)i;
    while (finished < calls) {
        size_t length = 0;
        for (; wanted && started < calls; wanted--, started++)
            length += append_request(lines + length, sizeof lines - length, slots[wanted - 1]);
        double now = now_seconds();
        for (size_t i = 0; i < in_flight; i++)
            if (sent[i] == 0) sent[i] = now;
        write_fully(server->input, lines, length);
        receive(server);
        now = now_seconds();
        size_t consumed = 0;
        wanted = 0;
        for (long id; (id = take_answer(server, &consumed)) >= 0;) {
            if (id >= (long)in_flight) fail("an answer to nothing");
            if (times) times[finished] = now - sent[id];
            finished++;
            sent[id] = 0;
            slots[wanted++] = id;
        }
        drop(server, consumed);
    }
    memset(sent, 0, sizeof sent);
}

static int measure_start(size_t repetitions, char **command) {
    double *times = allocate_times(repetitions), *cpu = allocate_times(repetitions), *whole = allocate_times(repetitions);
    for (size_t i = 0; i < repetitions; i++) {
        double begin = now_seconds();
        struct server server = start_server(command);
        check_answer(&server);
        times[i] = now_seconds() - begin;
        pid_t child = child_of(server.pid);
        cpu[i] = cpu_seconds_of(server.pid) + (child ? cpu_seconds_of(child) : 0);
        struct rusage usage = stop_server(&server);
        whole[i] = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6 +
            (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec * 1e-6;
    }
    struct distribution t = distribution_of(times, repetitions), c = distribution_of(cpu, repetitions);
    struct distribution w = distribution_of(whole, repetitions);
    printf("{\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"cpu_p50_ms\":%.3f,\"cpu_p99_ms\":%.3f,\"cpu_to_exit_p50_ms\":%.3f}\n",
        t.p50 * 1e3, t.p99 * 1e3, c.p50 * 1e3, c.p99 * 1e3, w.p50 * 1e3);
    return 0;
}

static int measure_calls(size_t in_flight, size_t calls, char **command) {
    if (in_flight < 1 || in_flight > LARGEST_IN_FLIGHT) fail("at most %d requests in flight", LARGEST_IN_FLIGHT);
    struct server server = start_server(command);
    check_answer(&server);
    make_calls(&server, calls / 10 + in_flight, in_flight, NULL);
    double *times = allocate_times(calls);
    pid_t child = child_of(server.pid);
    double server_cpu = cpu_seconds_of(server.pid), child_cpu = child ? cpu_seconds_of(child) : 0;
    double begin = now_seconds();
    make_calls(&server, calls, in_flight, times);
    double wall = now_seconds() - begin;
    server_cpu = cpu_seconds_of(server.pid) - server_cpu;
    child_cpu = child ? cpu_seconds_of(child) - child_cpu : 0;
    if (child_of(server.pid) != child) fail("the child was replaced while measuring");
    struct distribution d = distribution_of(times, calls);
    printf("{\"p50_us\":%.3f,\"p99_us\":%.3f,\"per_second\":%.1f,\"cpu_us\":%.3f,\"child_cpu_us\":%.3f,\"answer_bytes\":%zu}\n",
        d.p50 * 1e6, d.p99 * 1e6, (double)calls / wall, server_cpu * 1e6 / (double)calls, child_cpu * 1e6 / (double)calls,
        last_answer_size);
    stop_server(&server);
    return 0;
}

static int measure_once(char **command) {
    double begin = now_seconds();
    struct server server = start_server(command);
    check_answer(&server);
    double wall = now_seconds() - begin;
    pid_t child = child_of(server.pid);
    printf("{\"ms\":%.3f,\"cpu_ms\":%.3f,\"child_cpu_ms\":%.3f,\"peak_kib\":%ld,\"child_peak_kib\":%ld,\"answer_bytes\":%zu}\n",
        wall * 1e3, cpu_seconds_of(server.pid) * 1e3, child ? cpu_seconds_of(child) * 1e3 : 0,
        peak_resident_kib_of(server.pid), child ? peak_resident_kib_of(child) : 0, last_answer_size);
    stop_server(&server);
    return 0;
}

static int measure_memory(double seconds, char **command) {
    struct server server = start_server(command);
    check_answer(&server);
    // Some more, so that what every request needs is there.
    make_calls(&server, 200, 1, NULL);
    usleep(500000);
    pid_t child = child_of(server.pid);
    long idle = pss_kib_of(server.pid), idle_child = child ? pss_kib_of(child) : 0;
    long most = idle, most_child = idle_child;
    for (double end = now_seconds() + seconds; now_seconds() < end;) {
        make_calls(&server, 64, 16, NULL);
        long now = pss_kib_of(server.pid), now_child = child ? pss_kib_of(child) : 0;
        if (now > most) most = now;
        if (now_child > most_child) most_child = now_child;
    }
    usleep(500000);
    printf("{\"idle_kib\":%ld,\"idle_child_kib\":%ld,\"peak_kib\":%ld,\"peak_child_kib\":%ld,\"after_kib\":%ld,\"after_child_kib\":%ld}\n",
        idle, idle_child, most, most_child, pss_kib_of(server.pid), child ? pss_kib_of(child) : 0);
    stop_server(&server);
    return 0;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc > 4 && strcmp(argv[1], "start") == 0) {
        request_body = argv[3];
        return measure_start(strtoul(argv[2], NULL, 10), argv + 4);
    }
    if (argc > 3 && strcmp(argv[1], "once") == 0) {
        request_body = argv[2];
        return measure_once(argv + 3);
    }
    if (argc > 4 && strcmp(argv[1], "memory") == 0) {
        request_body = argv[3];
        return measure_memory(strtod(argv[2], NULL), argv + 4);
    }
    if (argc > 5 && strcmp(argv[1], "calls") == 0) {
        request_body = argv[4];
        return measure_calls(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv + 5);
    }
    fail("usage: driver start|calls|once|memory ...");
}
