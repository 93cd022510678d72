// What an environment owns and JavaScript knows by a number: timers, alarms, watches of signals. Each
// has `next` and `id`, and stands in a list of its environment.
#pragma once

#include <cstdint>

#include "arguments.h"
#include "environment.h"

namespace raw_socket {

// Null where there is none (any more).
template <typename T>
T* FindOwned(T* first, int64_t id) {
  while (first != nullptr && first->id != id) first = first->next;
  return first;
}

// The item must be in the list.
template <typename T>
void Unlink(T** first, T* item) {
  while (*first != item) first = &(*first)->next;
  *first = item->next;
}

// Of a function (id); what is closed already is left alone.
template <typename T>
napi_value CloseOwned(napi_env env, napi_callback_info info, T* Environment::*first,
                      void (*close)(T* item)) {
  Arguments arguments(env, info);
  int64_t id;
  if (!arguments.Id(&id)) return nullptr;
  T* item = FindOwned(arguments.environment()->*first, id);
  if (item != nullptr) close(item);
  return Undefined(env);
}

}  // namespace raw_socket
