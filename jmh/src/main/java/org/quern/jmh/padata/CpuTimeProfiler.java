package org.quern.jmh.padata;

import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * CPU time of all threads of the process per operation: {@code -prof org.quern.jmh.padata.CpuTimeProfiler}. Two figures:
 * the mean over the iterations, and the minimum, which is what neighbours on the machine disturb least.
 */
public final class CpuTimeProfiler implements InternalProfiler {
    private static final OperatingSystemMXBean OS = (OperatingSystemMXBean) ManagementFactory
            .getOperatingSystemMXBean();

    private long before;

    /** For JMH. */
    public CpuTimeProfiler() {}

    @Override
    public String getDescription() {
        return "CPU time of all threads per operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmarkParams, IterationParams iterationParams) {
        before = OS.getProcessCpuTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmarkParams,
            IterationParams iterationParams, IterationResult result) {
        double perOp = (double) (OS.getProcessCpuTime() - before) / result.getMetadata().getAllOps();
        return List.of(new ScalarResult("cpu", perOp, "ns/op", AggregationPolicy.AVG),
                new ScalarResult("cpu.min", perOp, "ns/op", AggregationPolicy.MIN));
    }
}
