package org.quern.examples.kafka;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import picocli.CommandLine;

/** Consumes a topic: digests records on all CPUs, writes them in order for each partition, and commits in order. */
@CommandLine.Command(name = "KafkaDigest", mixinStandardHelpOptions = true, description = "Digests the records of a topic in parallel; writes and commits them in order.")
public final class KafkaDigest implements Callable<Integer> {
    private static final long REPORT_MILLIS = 2000;

    @CommandLine.Option(names = "--bootstrap", defaultValue = "localhost:9092", description = "the broker (${DEFAULT-VALUE})")
    private String bootstrap = "";

    @CommandLine.Option(names = "--topic", required = true, description = "what to consume")
    private String topic = "";

    @CommandLine.Option(names = "--group", defaultValue = "quern", description = "the consumer group (${DEFAULT-VALUE})")
    private String group = "";

    @CommandLine.Option(names = "--output", required = true, description = "a file that is appended to: partition, offset, digest")
    private Path output = Path.of("");

    @CommandLine.Option(names = "--in-flight", defaultValue = "256", description = "records in flight for each partition (${DEFAULT-VALUE})")
    private int inFlight;

    @CommandLine.Option(names = "--session-millis", defaultValue = "10000", description = "after this time without a sign the broker gives this member up (${DEFAULT-VALUE})")
    private int sessionMillis;

    private final AtomicLong delivered = new AtomicLong();

    private KafkaDigest() {}

    /**
     * Runs the example until it is interrupted.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new KafkaDigest()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "group.id", group, "enable.auto.commit",
                "false", "auto.offset.reset", "earliest", "max.poll.records", "200", "session.timeout.ms",
                String.valueOf(sessionMillis), "heartbeat.interval.ms", String.valueOf(sessionMillis / 3));
        try (FileOutputStream file = new FileOutputStream(output.toFile(), true);
                Padata padata = Padata.open(PadataOptions.defaults().named("digest"))) {
            OrderedConsumer<String> consumer = new OrderedConsumer<>(
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()), topic,
                    padata, inFlight, new Digests(file));
            Thread polling = new Thread(consumer, "poll");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                consumer.stop();
                joinQuietly(polling);
            }));
            polling.start();
            while (polling.isAlive()) {
                polling.join(REPORT_MILLIS);
                System.out.println("delivered " + delivered.get());
            }
        }
        return 0;
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Digests in parallel, writes in order. */
    private final class Digests implements RecordHandler<String> {
        private final FileOutputStream file;

        Digests(FileOutputStream file) {
            this.file = file;
        }

        @Override
        public String process(ConsumerRecord<byte[], byte[]> record) throws NoSuchAlgorithmException {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(record.value()), 0, 8);
        }

        @Override
        public void deliver(ConsumerRecord<byte[], byte[]> record, String digest) {
            write(record.partition() + " " + record.offset() + " " + digest + "\n");
        }

        @Override
        public void failed(ConsumerRecord<byte[], byte[]> record, Throwable cause) {
            write(record.partition() + " " + record.offset() + " failed " + cause.getClass().getSimpleName() + "\n");
        }

        /** One write a line: partitions are delivered by several threads, and an append of a short line is not torn. */
        private void write(String line) {
            try {
                file.write(line.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            delivered.incrementAndGet();
        }
    }
}
