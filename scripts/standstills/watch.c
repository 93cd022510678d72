/*
 * Notices when the machine itself stands still: its host does not run it, or one of its processors.
 * Each processor has a thread that looks at the clock again and again, before all other programs
 * (SCHED_FIFO) and without waiting for memory: nothing that runs on this machine can keep it waiting.
 *
 * usage: watch FILE
 * Adds a line to FILE for each standstill of more than LONG_MS: its begin in ms since 1970, its length
 * in ms, the processor. Without the right to go before others it ends with status 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 10, LONG_MS = 300, STACK_BYTES = 65536 };

static int file;

static void fail(const char *what, int error) {
  fprintf(stderr, "standstills are not watched: %s: %s\n", what, strerror(error));
  exit(1);
}

static long long now_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void *watch(void *processor) {
  const struct timespec pause = {.tv_nsec = EVERY_MS * 1000000L};
  long long last = now_ms(CLOCK_MONOTONIC);
  for (;;) {
    nanosleep(&pause, NULL);
    const long long now = now_ms(CLOCK_MONOTONIC);
    const long long late = now - last - EVERY_MS;
    last = now;
    if (late <= LONG_MS) continue;
    char line[80];
    const int length = snprintf(line, sizeof line, "%lld %lld %d\n", now_ms(CLOCK_REALTIME) - late,
                                late, (int)(long)processor);
    if (write(file, line, length) != length) fail("write", errno);
  }
  return NULL;
}

int main(int count, char **words) {
  if (count != 2) fail("usage: watch FILE", EINVAL);
  file = open(words[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) fail(words[1], errno);
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) fail("mlockall", errno);
  const struct sched_param before_all = {.sched_priority = sched_get_priority_max(SCHED_FIFO)};
  if (sched_setscheduler(0, SCHED_FIFO, &before_all) != 0) fail("SCHED_FIFO", errno);
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) fail("sched_getaffinity", errno);
  for (long processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &processors)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setaffinity_np(&attributes, sizeof one, &one);
    pthread_t thread;
    const int error = pthread_create(&thread, &attributes, watch, (void *)processor);
    if (error != 0) fail("pthread_create", error);
  }
  for (;;) pause();
}
