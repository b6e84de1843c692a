// The second floor: what two pipes cost, with messages of the agent's sizes and no work in between.
//
//   echo_floor ANSWER_SIZE HOP_REQUEST_SIZE HOP_ANSWER_SIZE
//
// Reads lines from standard input. For each it sends HOP_REQUEST_SIZE bytes to a child process of its own over a pipe,
// waits for HOP_ANSWER_SIZE bytes from it, and writes a line of ANSWER_SIZE bytes that carries the request's id.

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "measuring.h"

static char buffer[1 << 20], answer[1 << 20], hop[1 << 16];

static bool read_fully(int descriptor, char *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t got = read(descriptor, bytes + done, count - done);
        if (got <= 0) return false;
        done += (size_t)got;
    }
    return true;
}

static void write_fully(int descriptor, const char *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t put = write(descriptor, bytes + done, count - done);
        if (put <= 0) exit(0);
        done += (size_t)put;
    }
}

static _Noreturn void run_child(int requests, int answers, size_t request_size, size_t answer_size) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read_fully(requests, hop, request_size)) write_fully(answers, hop, answer_size);
    exit(0);
}

int main(int argc, char **argv) {
    if (argc != 4) fail("usage: echo_floor ANSWER_SIZE HOP_REQUEST_SIZE HOP_ANSWER_SIZE");
    size_t answer_size = strtoul(argv[1], NULL, 10);
    size_t request_size = strtoul(argv[2], NULL, 10), hop_size = strtoul(argv[3], NULL, 10);
    if (answer_size < 64 || answer_size > sizeof answer || request_size > sizeof hop || hop_size > sizeof hop)
        fail("a size is out of range");
    int to_child[2], from_child[2];
    if (pipe(to_child) || pipe(from_child)) fail("no pipes");
    if (fork() == 0) {
        close(to_child[1]);
        run_child(to_child[0], from_child[1], request_size, hop_size);
    }
    close(to_child[0]);
    memset(answer, 'x', sizeof answer);

    size_t filled = 0;
    for (ssize_t got; (got = read(0, buffer + filled, sizeof buffer - filled)) > 0;) {
        filled += (size_t)got;
        char *line = buffer, *end;
        while ((end = memchr(line, '\n', filled - (size_t)(line - buffer)))) {
            const char *id = memmem(line, (size_t)(end - line), "\"id\":", 5);
            write_fully(to_child[1], hop, request_size);
            if (!read_fully(from_child[0], hop, hop_size)) fail("the child ended");
            int head = snprintf(answer, 64, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"result\":\"", id ? atol(id + 5) : 0);
            answer[head] = 'x';
            answer[answer_size - 1] = '\n';
            write_fully(1, answer, answer_size);
            line = end + 1;
        }
        filled -= (size_t)(line - buffer);
        memmove(buffer, line, filled);
    }
    return 0;
}
