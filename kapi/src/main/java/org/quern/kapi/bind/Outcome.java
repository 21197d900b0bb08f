package org.quern.kapi.bind;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Errno;
import org.quern.kapi.ResultCheck;
import org.quern.kapi.SpecGaps;
import org.quern.kapi.UnspecifiedResultException;

/**
 * Reads the return of a call: a result that the declaration allows, or -errno in band. A record bound as a constant, so
 * that the compiler sees through its components.
 *
 * @param call name of the call
 * @param check what a successful return satisfies
 * @param listed the errnos that the declaration lists; not written after construction
 */
record Outcome(String call, ResultCheck check, BitSet listed) {
    static Outcome of(CallSpec spec) {
        BitSet listed = new BitSet(Errno.LARGEST + 1);
        spec.errors().forEach(error -> listed.set(error.errno().number()));
        return new Outcome(spec.name(), spec.result().check(), listed);
    }

    long inBand(long raw, MemorySegment buffer) {
        if (raw == -1) {
            return failed(ErrnoCapture.errno(buffer));
        }
        if (!check.accepts(raw)) {
            throw unexpected(raw);
        }
        return raw;
    }

    private long failed(int errno) {
        if (!listed.get(errno)) {
            SpecGaps.errno(call, errno);
        }
        return -errno;
    }

    private UnspecifiedResultException unexpected(long raw) {
        SpecGaps.result(call);
        return new UnspecifiedResultException(call, raw, check.rule());
    }
}
