package org.quern.padata.stream;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Function;

import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.IdentityFlowProcessorVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

/** The Reactive Streams TCK, applied to the processor; run by {@link OrderedProcessorTest}. */
public class ProcessorRules extends IdentityFlowProcessorVerification<Integer> {
    private static final long TIMEOUT_MILLIS = 500;
    private static final long NO_SIGNALS_MILLIS = 50;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private Padata padata;

    public ProcessorRules() {
        super(new TestEnvironment(TIMEOUT_MILLIS, NO_SIGNALS_MILLIS), TIMEOUT_MILLIS);
    }

    @BeforeClass
    public void open() {
        padata = Padata.open(PadataOptions.defaults().parallelWorkers(2));
    }

    @AfterClass
    public void closeAll() {
        padata.close();
        executor.shutdown();
    }

    @Override
    protected Flow.Processor<Integer, Integer> createIdentityFlowProcessor(int bufferSize) {
        return OrderedProcessor.of(padata, bufferSize, Function.identity());
    }

    @Override
    protected Flow.Publisher<Integer> createFailedFlowPublisher() {
        OrderedProcessor<Integer, Integer> failed = OrderedProcessor.of(padata, Function.identity());
        SubmissionPublisher<Integer> source = new SubmissionPublisher<>(executor, 1);
        source.subscribe(failed);
        source.closeExceptionally(new IllegalStateException("failed on purpose"));
        return failed;
    }

    @Override
    public ExecutorService publisherExecutorService() {
        return executor;
    }

    @Override
    public Integer createElement(int element) {
        return element;
    }

    @Override
    public long maxSupportedSubscribers() {
        return 1;
    }
}
