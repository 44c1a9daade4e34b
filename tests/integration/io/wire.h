/* wire.h - for tests: a loop that never sleeps long, and raw clients of a server on it.
 *
 * Clients are plain sockets in the same thread: every wait turns the loop until its condition
 * holds, so no test sleeps. ctest's time limit is the watchdog.
 */
#ifndef HY_TESTS_WIRE_H
#define HY_TESTS_WIRE_H

#include "io/loop.h"
#include "io/timer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIRE_TICK_MS = 2 };

struct wire {
    struct hy_loop *loop;
    struct hy_timer *tick;
};

static void wire_on_tick(void *ctx)
{
    struct wire *wire = ctx;
    hy_timer_start(wire->tick, WIRE_TICK_MS);
}

static inline void wire_open(struct wire *wire)
{
    wire->loop = hy_loop_create();
    wire->tick = hy_timer_create(wire->loop, wire_on_tick, wire);
    hy_timer_start(wire->tick, WIRE_TICK_MS);
}

/* hy_loop_destroy asserts that nothing is left. */
static inline void wire_close(struct wire *wire)
{
    hy_timer_destroy(wire->tick);
    hy_loop_destroy(wire->loop);
}

static inline void wire_turn_until(struct wire *wire, const bool *flag)
{
    while (!*flag) {
        (void)hy_loop_turn(wire->loop);
    }
}

static inline void wire_turns(struct wire *wire, int count)
{
    while (count-- > 0) {
        (void)hy_loop_turn(wire->loop);
    }
}

static inline int wire_connect(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Sends all of it, turning the loop while the socket is full. False when the server reset. */
static inline bool wire_send(struct wire *wire, int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            return false;
        }
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
        } else {
            (void)hy_loop_turn(wire->loop);
        }
    }
    return true;
}

static inline bool wire_say(struct wire *wire, int fd, const char *text)
{
    return wire_send(wire, fd, text, strlen(text));
}

/* Reads what is there, turning the loop until `wanted` is in `text` (NULL: until the end of
 * the stream). Returns whether it was found (or the end came). */
static inline bool wire_hear(struct wire *wire, int fd, char *text, size_t size,
                             const char *wanted)
{
    size_t len = strlen(text);
    for (;;) {
        ssize_t got = recv(fd, text + len, size - len - 1, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            return wanted == NULL && got == 0;
        }
        if (got > 0) {
            len += (size_t)got;
            text[len] = '\0';
        } else {
            (void)hy_loop_turn(wire->loop);
        }
        if (wanted != NULL && strstr(text, wanted) != NULL) {
            return true;
        }
        if (len + 1 == size) {
            return false;
        }
    }
}

/* Closes with a reset instead of a FIN. */
static inline void wire_reset(int fd)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    (void)close(fd);
}

#endif
