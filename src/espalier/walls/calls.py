"""System calls by meaning, with their numbers on x86-64 and aarch64 ("-": that machine has none of the name).

From Linux's asm/unistd_64.h and asm-generic/unistd.h. What a child process may call is a list; what is not on it, and what a
later kernel brings, is refused.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NEWEST: Final = 450
"""The highest number that was looked at (Linux 6.3). Above it a call fails as on a kernel that does not have it, and the C
library does without."""

_MEMORY = """
brk 12 214, mmap 9 222, munmap 11 215, mprotect 10 226, mremap 25 216, madvise 28 233, msync 26 227,
mincore 27 232, mlock 149 228, munlock 150 229, mlock2 325 284, membarrier 324 283, pkey_alloc 330 289,
pkey_free 331 290, pkey_mprotect 329 288, get_mempolicy 239 236
"""
_OPEN_FILES = """
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69,
pwritev 296 70, preadv2 327 286, pwritev2 328 287, lseek 8 62, close 3 57, close_range 436 436, dup 32 23,
dup2 33 -, dup3 292 24, flock 73 32, fsync 74 82, fdatasync 75 83, ftruncate 77 46, fallocate 285 47,
fadvise64 221 223, readahead 187 213, sync_file_range 277 84, sendfile 40 71, copy_file_range 326 285,
splice 275 76, pipe 22 -, pipe2 293 59, poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72,
epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -, epoll_pwait 281 22,
epoll_pwait2 441 441, eventfd 284 -, eventfd2 290 19
"""
_FILES_BY_NAME = """
open 2 -, openat 257 56, openat2 437 437, creat 85 -, stat 4 -, fstat 5 80, lstat 6 -, newfstatat 262 79,
statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -, readlinkat 267 78,
getdents 78 -, getdents64 217 61, getcwd 79 17, statfs 137 43, fstatfs 138 44, truncate 76 45, unlink 87 -,
unlinkat 263 35, mkdir 83 -, mkdirat 258 34, rmdir 84 -, rename 82 -, renameat 264 38, renameat2 316 276
"""
"""Landlock says which."""
_THREADS = """
futex 202 98, futex_waitv 449 449, set_robust_list 273 99, get_robust_list 274 100, rseq 334 293,
set_tid_address 218 96, gettid 186 178, sched_yield 24 124, sched_getaffinity 204 123,
sched_getparam 143 121, sched_getscheduler 145 120, sched_get_priority_max 146 125,
sched_get_priority_min 147 126, getcpu 309 168, exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95,
arch_prctl 158 -
"""
_FACTS = """
getpid 39 172, getppid 110 173, getpgid 121 155, getpgrp 111 -, getsid 124 156, getuid 102 174,
geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158, getresuid 118 148, getresgid 120 150,
capget 125 90, getpriority 140 141, getrlimit 97 163, setrlimit 160 164, getrusage 98 165, times 100 153,
sysinfo 99 179, uname 63 160, umask 95 166
"""
_TIME = """
clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115, nanosleep 35 101,
gettimeofday 96 169, time 201 -, getitimer 36 102, setitimer 38 103, alarm 37 -, pause 34 -,
timer_create 222 107, timer_settime 223 110, timer_gettime 224 108, timer_delete 226 111,
timerfd_create 283 85, timerfd_settime 286 86, timerfd_gettime 287 87
"""
_SIGNALS = """
rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136,
rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132, restart_syscall 219 128
"""
"""How this process takes them, not how it sends them."""
_CHANCE = "getrandom 318 278"
_BY_ARGUMENT = """
kill 62 129, tgkill 234 131, clone 56 220, clone3 435 435, prctl 157 167, prlimit64 302 261, ioctl 16 29,
landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446,
seccomp 317 277, unshare 272 97, capset 126 91, fcntl 72 25
"""
"""Allowed with some arguments only (seccomp.py says which), and what sets the walls up."""
_OUTWARD = """
socket 41 198, socketpair 53 199, bind 49 200, connect 42 203, listen 50 201, accept 43 202,
accept4 288 242, sendto 44 206, sendmsg 46 211, sendmmsg 307 269, ptrace 101 117, process_vm_readv 310 270,
process_vm_writev 311 271, process_madvise 440 440, pidfd_open 434 434, pidfd_getfd 438 438,
pidfd_send_signal 424 424, io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427,
mount 165 40, umount2 166 39, move_mount 429 429, open_tree 428 428, fsopen 430 430, fsmount 432 432,
fsconfig 431 431, fspick 433 433, mount_setattr 442 442, pivot_root 155 41, chroot 161 51, unshare 272 97,
setns 308 268, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, keyctl 250 219, add_key 248 217,
request_key 249 218, kexec_load 246 104, init_module 175 105, finit_module 313 273, delete_module 176 106,
reboot 169 142, swapon 167 224, swapoff 168 225, open_by_handle_at 304 -, shmget 29 194, shmat 30 196,
shmctl 31 195, msgget 68 186, msgsnd 69 189, semget 64 190, semop 65 193, mq_open 240 180, mknod 133 -,
mknodat 259 33, setgroups 116 159,
quotactl 179 60, acct 163 89, settimeofday 164 170, clock_settime 227 112, sethostname 170 161,
syslog 103 116, fanotify_init 300 262, iopl 172 -, ioperm 173 -, kcmp 312 272, name_to_handle_at 303 -
"""
"""What reaches other processes, the network or the kernel: refused to compilers, too. Not setresuid and its like: make sets the
user that it is before each program, and to become another takes a capability that was given up."""


MACHINES: Final = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}
"""What `uname` says -> what the kernel's audit calls that kind of processor, and its column in the tables."""


def _numbers(machine: str, *tables: str) -> dict[str, int]:
    column = MACHINES[machine][1]
    rows = (row.split() for table in tables for row in table.replace("\n", " ").split(","))
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def harmless(machine: str) -> dict[str, int]:
    """Calls that a process that reads, computes and answers may make with any argument: name -> number."""
    return _numbers(
        machine, _MEMORY, _OPEN_FILES, _FILES_BY_NAME, _THREADS, _FACTS, _TIME, _SIGNALS, _CHANCE
    )


def outward(machine: str) -> dict[str, int]:
    """Calls that no process behind a wall may make, a compiler neither."""
    return _numbers(machine, _OUTWARD)


def by_argument(machine: str) -> dict[str, int]:
    """Calls whose arguments decide, and those that set the walls up."""
    return _numbers(machine, _BY_ARGUMENT)
