package org.quern.padata;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.quern.kapi.Operation;

/**
 * Shows instances to JMX. Needs the module {@code java.management}, which this library asks for only here: an application
 * that calls {@link #register} has it in its own module's requirements, or is not modular.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PadataManagement {
    private static final AtomicLong NUMBER = new AtomicLong();

    private PadataManagement() {}

    /**
     * Registers an instance with the platform's bean server as
     * {@code org.quern.padata:type=Padata,name="NAME",number=N}; names need not be unique, numbers are. It is unregistered
     * when the instance is closed.
     *
     * @param padata the instance
     * @return the name of its bean, a {@link PadataMXBean}
     * @throws IllegalStateException if the instance is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the bean server's", errors = IllegalStateException.class)
    public static ObjectName register(Padata padata) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            ObjectName name = new ObjectName("org.quern.padata:type=Padata,name=" + ObjectName.quote(padata.name())
                    + ",number=" + NUMBER.getAndIncrement());
            server.registerMBean(new PadataBean(padata), name);
            padata.instance().attachments().add(() -> unregister(server, name), padata.name());
            return name;
        } catch (JMException e) {
            throw new IllegalStateException("instance " + padata.name() + " cannot be registered", e);
        }
    }

    private static void unregister(MBeanServer server, ObjectName name) {
        try {
            if (server.isRegistered(name)) {
                server.unregisterMBean(name);
            }
        } catch (JMException e) {
            throw new IllegalStateException(name + " cannot be unregistered", e);
        }
    }
}
