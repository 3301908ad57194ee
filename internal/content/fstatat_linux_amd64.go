package content

import "syscall"

// sysFstatat is the number of fstatat, which has another name on each kind of machine.
const sysFstatat = syscall.SYS_NEWFSTATAT
