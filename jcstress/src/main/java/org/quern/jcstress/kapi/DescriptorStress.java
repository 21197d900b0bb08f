package org.quern.jcstress.kapi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * K.3: a call made through a descriptor's owner never meets a closed file, however closing races with it: it is made on
 * the open file, or refused.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the call came first, and had the file open")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "closing came first, and the call was refused")
@State
public class DescriptorStress {
    private final Descriptor file = Descriptor.owning(Memfd.create("stress", Memfd.MFD_CLOEXEC));

    @Actor
    public void call(I_Result r) {
        try {
            r.r1 = (int) file.use(fd -> Fcntl.tryFallocate(fd, Fcntl.FALLOC_FL_KEEP_SIZE, 0, 1));
        } catch (IllegalStateException refused) {
            r.r1 = 1;
        }
    }

    @Actor
    public void close() {
        file.close();
    }
}
