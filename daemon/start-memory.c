/* SPDX-License-Identifier: MIT */
#include "start-memory.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* What was written to code, as relocations of text are, would be lost. */
static bool has_text_relocations(const struct dl_phdr_info *info) {
        for (int i = 0; i < info->dlpi_phnum; i++) {
                const ElfW(Phdr) *h = &info->dlpi_phdr[i];

                if (h->p_type != PT_DYNAMIC)
                        continue;
                for (const ElfW(Dyn) *d = (const void *)(info->dlpi_addr + h->p_vaddr);
                     d->d_tag != DT_NULL; d++)
                        if (d->d_tag == DT_TEXTREL ||
                            (d->d_tag == DT_FLAGS && d->d_un.d_val & DF_TEXTREL))
                                return true;
                return false;
        }
        return true; /* it says nothing */
}

/* What is mapped from a file and only read: nothing of it is lost, and what is needed again is in the cache of the kernel. */
static int release(struct dl_phdr_info *info, size_t size, void *userdata) {
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

        (void)size;
        (void)userdata;
        if (has_text_relocations(info))
                return 0;
        for (int i = 0; i < info->dlpi_phnum; i++) {
                const ElfW(Phdr) *h = &info->dlpi_phdr[i];
                uintptr_t start = (info->dlpi_addr + h->p_vaddr) & ~(page - 1);
                uintptr_t end = (info->dlpi_addr + h->p_vaddr + h->p_memsz + page - 1) &
                                ~(page - 1);

                if (h->p_type == PT_LOAD && !(h->p_flags & PF_W))
                        (void)madvise((void *)start, end - start, MADV_DONTNEED);
        }
        return 0;
}

void start_memory_release(void) {
        malloc_trim(0);
        dl_iterate_phdr(release, NULL);
}
