package org.quern.jcstress.kapi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Unistd;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * K.1: a failed call reports its own errno, whatever other threads' calls report at the same time. Two calls that fail
 * differently race; each must see its own number.
 */
@JCStressTest
@Outcome(id = "9, 22", expect = ACCEPTABLE, desc = "EBADF for close, EINVAL for madvise: each its own")
@State
public class ErrnoStress {
    private static final int UNKNOWN_TO_THIS_KIND_OF_MAPPING = Mman.MADV_REMOVE;

    @Actor
    public void close(II_Result r) {
        try {
            Unistd.close(999_999);
        } catch (KernelException e) {
            r.r1 = e.errnoNumber();
        }
    }

    @Actor
    public void madvise(II_Result r) {
        r.r2 = -Mman.tryMadvise(Shared.PAGE, Unistd.pageSize(), UNKNOWN_TO_THIS_KIND_OF_MAPPING);
    }

    /** A page of anonymous memory, from which no file pages can be removed: EINVAL. */
    private static final class Shared {
        static final long PAGE = Mman.mmap(0, Unistd.pageSize(), Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
    }
}
