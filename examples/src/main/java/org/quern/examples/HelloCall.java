package org.quern.examples;

import org.quern.kapi.KernelException;
import org.quern.kapi.ReferencePage;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.linux.LinuxCalls;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Unistd;

import static org.quern.kapi.linux.Mman.MADV_DONTNEED;
import static org.quern.kapi.linux.Mman.MAP_ANONYMOUS;
import static org.quern.kapi.linux.Mman.MAP_PRIVATE;
import static org.quern.kapi.linux.Mman.PROT_READ;
import static org.quern.kapi.linux.Mman.PROT_WRITE;

/** Declared native calls: the page that a declaration prints, and the two kinds of error it leads to. */
public final class HelloCall {
    private HelloCall() {}

    /**
     * Prints the declarations, one page in full, and three outcomes of real calls.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        System.out.println("Declared calls:");
        LinuxCalls.all().forEach(spec -> System.out.printf("  %-18s %s%n", spec.name(), spec.summary()));
        System.out.println();
        System.out.println(ReferencePage.of(Mman.MADVISE));
        map();
    }

    private static void map() {
        // snippet: readme-kapi
        int page = Unistd.pageSize();
        long address = Mman.mmap(0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        try {
            Mman.madvise(address + 1, page, MADV_DONTNEED);
        } catch (SpecViolationException e) { // the declaration's rule, before the kernel is asked
            System.out.println(e.getMessage());
        }
        Mman.munmap(address, page);
        try {
            Mman.madvise(address, page, MADV_DONTNEED);
        } catch (KernelException e) { // the kernel's answer: call, arguments, errno, meaning
            System.out.println(e.getMessage());
        }
        // end: readme-kapi
        System.out.println();
        System.out.println("page size  " + page + " bytes");
    }
}
