#include "process.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "arguments.h"

namespace raw_socket {

namespace {

napi_value Status(napi_env env, int status) { return Number(env, status == 0 ? 0 : -errno); }

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

// On fault: V8 reserves address space by the gigabyte, which would otherwise become real memory.
napi_value LockMemory(napi_env env, napi_callback_info) {
  return Status(env, mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
}

napi_value SetProcessName(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  char name[256];
  if (!arguments.Text(0, "name", name, sizeof name)) return nullptr;
  return Status(env, prctl(PR_SET_NAME, name, 0, 0, 0));
}

// Zero when there is none.
napi_value InterfaceIndex(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  char name[256];
  if (!arguments.Text(0, "name", name, sizeof name)) return nullptr;
  return Number(env, if_nametoindex(name));
}

}  // namespace raw_socket
