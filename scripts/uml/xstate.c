/*
 * Preloaded into the user-mode kernel, so that it runs on CPUs whose registers it does not know.
 *
 * Linux takes a process's registers from a tracer only as a whole (ptrace(2), PTRACE_SETREGSET with
 * NT_X86_XSTATE). Linux 6.1 in user mode keeps what AVX-512 has; a CPU with AMX has 8 KiB more, and
 * every start of a process fails with EFAULT. What follows the part it keeps is tiles, which no
 * process has without asking for them, so that zeros stand for them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

typedef long Ptrace(enum __ptrace_request request, pid_t process, void *address, void *data);

static Ptrace *libc_ptrace;

__attribute__((constructor)) static void find_libc_ptrace(void) {
  libc_ptrace = (Ptrace *)dlsym(RTLD_NEXT, "ptrace");
}

/* Not on the stack: the user-mode kernel calls from its own small ones, one call at a time. */
static unsigned char registers[32768];
static size_t registers_size;

static long set_registers(pid_t process, const struct iovec *known) {
  void *const type = (void *)NT_X86_XSTATE;
  if (registers_size == 0) {
    struct iovec whole = {registers, sizeof registers};
    if (libc_ptrace(PTRACE_GETREGSET, process, type, &whole) < 0) return -1;
    registers_size = whole.iov_len;
    memset(registers, 0, sizeof registers);
  }
  if (known->iov_len > registers_size) registers_size = known->iov_len;
  memcpy(registers, known->iov_base, known->iov_len);
  struct iovec whole = {registers, registers_size};
  return libc_ptrace(PTRACE_SETREGSET, process, type, &whole);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  const pid_t process = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  return request == PTRACE_SETREGSET && address == (void *)NT_X86_XSTATE
             ? set_registers(process, data)
             : libc_ptrace(request, process, address, data);
}
