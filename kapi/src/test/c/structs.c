/*
 * Prints size and offsets of the structures that kapi declares, as a C compiler lays them out. Made by
 *
 *   gcc -Wall -o /tmp/structs kapi/src/test/c/structs.c && /tmp/structs > kapi/src/test/resources/structs.golden
 *
 * "header" lines come from the system's own headers. Where these are older than a structure (uffdio_poison and
 * uffdio_move are of Linux 6.6 and 6.8, pm_scan_arg and page_region of 6.7, procmap_query of 6.11) it is written down
 * here after its manual page, and its lines say "manual": the compiler still decides the layout.
 */
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <linux/fs.h>
#include <linux/userfaultfd.h>

typedef uint64_t u64;
typedef uint32_t u32;

#ifdef UFFDIO_POISON
#define POISON "header"
#else
#define POISON "manual"
struct uffdio_poison { struct uffdio_range range; u64 mode; int64_t updated; };
#endif

#ifdef UFFDIO_MOVE
#define MOVE "header"
#else
#define MOVE "manual"
struct uffdio_move { u64 dst, src, len, mode; int64_t move; };
#endif

#ifdef PAGEMAP_SCAN
#define SCAN "header"
#else
#define SCAN "manual"
struct pm_scan_arg {
    u64 size, flags, start, end, walk_end, vec, vec_len, max_pages;
    u64 category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct page_region { u64 start, end, categories; };
#endif

#ifdef PROCMAP_QUERY
#define QUERY "header"
#else
#define QUERY "manual"
struct procmap_query {
    u64 size, query_flags, query_addr, vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
    u32 dev_major, dev_minor, vma_name_size, build_id_size;
    u64 vma_name_addr, build_id_addr;
};
#endif

#define S(from, s) printf("%s %s size %zu align %zu\n", from, #s, sizeof(struct s), _Alignof(struct s))
#define F(from, s, f) printf("%s %s.%s offset %zu size %zu\n", from, #s, #f, offsetof(struct s, f), sizeof(((struct s *)0)->f))

int main(void) {
    S("header", uffdio_api);
    F("header", uffdio_api, api); F("header", uffdio_api, features); F("header", uffdio_api, ioctls);
    S("header", uffdio_range);
    F("header", uffdio_range, start); F("header", uffdio_range, len);
    S("header", uffdio_register);
    F("header", uffdio_register, range); F("header", uffdio_register, mode); F("header", uffdio_register, ioctls);
    S("header", uffdio_copy);
    F("header", uffdio_copy, dst); F("header", uffdio_copy, src); F("header", uffdio_copy, len);
    F("header", uffdio_copy, mode); F("header", uffdio_copy, copy);
    S("header", uffdio_zeropage);
    F("header", uffdio_zeropage, range); F("header", uffdio_zeropage, mode); F("header", uffdio_zeropage, zeropage);
    S("header", uffdio_writeprotect);
    F("header", uffdio_writeprotect, range); F("header", uffdio_writeprotect, mode);
    S("header", uffdio_continue);
    F("header", uffdio_continue, range); F("header", uffdio_continue, mode); F("header", uffdio_continue, mapped);
    S(POISON, uffdio_poison);
    F(POISON, uffdio_poison, range); F(POISON, uffdio_poison, mode); F(POISON, uffdio_poison, updated);
    S(MOVE, uffdio_move);
    F(MOVE, uffdio_move, dst); F(MOVE, uffdio_move, src); F(MOVE, uffdio_move, len);
    F(MOVE, uffdio_move, mode); F(MOVE, uffdio_move, move);
    S("header", uffd_msg);
    F("header", uffd_msg, event); F("header", uffd_msg, reserved1); F("header", uffd_msg, reserved2);
    F("header", uffd_msg, reserved3); F("header", uffd_msg, arg);
    F("header", uffd_msg, arg.pagefault.flags); F("header", uffd_msg, arg.pagefault.address);
    F("header", uffd_msg, arg.pagefault.feat.ptid); F("header", uffd_msg, arg.fork.ufd);
    F("header", uffd_msg, arg.remap.from); F("header", uffd_msg, arg.remap.to); F("header", uffd_msg, arg.remap.len);
    F("header", uffd_msg, arg.remove.start); F("header", uffd_msg, arg.remove.end);
    S(SCAN, pm_scan_arg);
    F(SCAN, pm_scan_arg, size); F(SCAN, pm_scan_arg, flags); F(SCAN, pm_scan_arg, start); F(SCAN, pm_scan_arg, end);
    F(SCAN, pm_scan_arg, walk_end); F(SCAN, pm_scan_arg, vec); F(SCAN, pm_scan_arg, vec_len);
    F(SCAN, pm_scan_arg, max_pages); F(SCAN, pm_scan_arg, category_inverted); F(SCAN, pm_scan_arg, category_mask);
    F(SCAN, pm_scan_arg, category_anyof_mask); F(SCAN, pm_scan_arg, return_mask);
    S(SCAN, page_region);
    F(SCAN, page_region, start); F(SCAN, page_region, end); F(SCAN, page_region, categories);
    S(QUERY, procmap_query);
    F(QUERY, procmap_query, size); F(QUERY, procmap_query, query_flags); F(QUERY, procmap_query, query_addr);
    F(QUERY, procmap_query, vma_start); F(QUERY, procmap_query, vma_end); F(QUERY, procmap_query, vma_flags);
    F(QUERY, procmap_query, vma_page_size); F(QUERY, procmap_query, vma_offset); F(QUERY, procmap_query, inode);
    F(QUERY, procmap_query, dev_major); F(QUERY, procmap_query, dev_minor); F(QUERY, procmap_query, vma_name_size);
    F(QUERY, procmap_query, build_id_size); F(QUERY, procmap_query, vma_name_addr);
    F(QUERY, procmap_query, build_id_addr);
    S("header", pollfd);
    F("header", pollfd, fd); F("header", pollfd, events); F("header", pollfd, revents);
    S("header", rlimit);
    F("header", rlimit, rlim_cur); F("header", rlimit, rlim_max);
    S("header", timespec);
    F("header", timespec, tv_sec); F("header", timespec, tv_nsec);
    return 0;
}
