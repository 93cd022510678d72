#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "arguments.h"

namespace raw_socket {

namespace {

// One line of /proc/self/maps: files (the program, its libraries) and the C heap and stack.
// Never V8's own memory, and so no mlockall: V8 gives pages back with MADV_DONTNEED, which the
// kernel refuses for locked ones, and then V8 ends the process.
// On fault: pages that nothing has touched stay out of memory.
int LockMapping(const char* line) {
  uintptr_t start, end;
  unsigned long inode;
  char permissions[5];
  if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu", &start, &end, permissions,
             &inode) != 4 ||
      permissions[0] != 'r')
    return 0;
  if (inode == 0 && strstr(line, "[heap]") == nullptr && strstr(line, "[stack]") == nullptr)
    return 0;
  return mlock2(reinterpret_cast<void*>(start), end - start, MLOCK_ONFAULT) == 0 ? 0 : -errno;
}

}  // namespace

napi_value SetParentDeathSignal(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t number;
  if (!arguments.Integer(0, "signal", 0, 64, &number)) return nullptr;
  return Status(env, prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(number), 0, 0, 0));
}

// Linux keeps a priority per thread: this is the calling one, which runs the JavaScript.
napi_value SetNice(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t priority;
  if (!arguments.Integer(0, "priority", -20, 19, &priority)) return nullptr;
  return Status(env, setpriority(PRIO_PROCESS, 0, static_cast<int>(priority)));
}

// Threads and children made later start with the ordinary policy: a script must not compete with
// the adverts.
napi_value SetRoundRobin(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t priority;
  if (!arguments.Integer(0, "priority", 1, 99, &priority)) return nullptr;
  sched_param parameter = {};
  parameter.sched_priority = static_cast<int>(priority);
  return Status(env, sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameter));
}

// (thread, mask): bit n of byte m stands for processor 8 m + n.
napi_value SetAffinity(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t thread;
  Bytes mask;
  if (!arguments.Integer(0, "thread", 0, INT32_MAX, &thread) ||
      !arguments.ByteArray(1, "mask", &mask))
    return nullptr;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  for (size_t i = 0; i < mask.length * 8 && i < CPU_SETSIZE; i++)
    if (mask.data[i / 8] >> (i % 8) & 1) CPU_SET(i, &processors);
  return Status(env, sched_setaffinity(static_cast<pid_t>(thread), sizeof processors, &processors));
}

// (microseconds): after as many without a pause the kernel ends the process.
napi_value LimitRealTime(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t microseconds;
  if (!arguments.Integer(0, "microseconds", 1, INT64_C(1) << 53, &microseconds)) return nullptr;
  auto limit = static_cast<rlim_t>(microseconds);
  const rlimit both = {limit, limit};
  return Status(env, setrlimit(RLIMIT_RTTIME, &both));
}

napi_value LockMemory(napi_env env, napi_callback_info) {
  FILE* maps = fopen("/proc/self/maps", "re");
  if (maps == nullptr) return Number(env, -errno);
  int status = 0;
  char* line = nullptr;
  size_t capacity = 0;
  while (status == 0 && getline(&line, &capacity, maps) > 0) status = LockMapping(line);
  free(line);
  fclose(maps);
  return Number(env, status);
}

napi_value SetProcessName(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  char name[256];
  if (!arguments.Text(0, "name", name, sizeof name)) return nullptr;
  return Status(env, prctl(PR_SET_NAME, name, 0, 0, 0));
}

// Of the calling thread, which runs the JavaScript and makes all sockets and children.
napi_value EnterNetworkNamespace(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  char path[4096];
  if (!arguments.Text(0, "path", path, sizeof path)) return nullptr;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Number(env, -errno);
  const int status = setns(fd, CLONE_NEWNET) == 0 ? 0 : -errno;
  close(fd);
  return Number(env, status);
}

// Zero when there is none.
napi_value InterfaceIndex(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  char name[256];
  if (!arguments.Text(0, "name", name, sizeof name)) return nullptr;
  return Number(env, if_nametoindex(name));
}

}  // namespace raw_socket
