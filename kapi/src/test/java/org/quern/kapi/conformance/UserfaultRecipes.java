package org.quern.kapi.conformance;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Linkage;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.LinuxCalls;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Poll;
import org.quern.kapi.linux.Progress;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.linux.Userfault;
import org.quern.kapi.linux.UserfaultCommands;
import org.quern.kapi.linux.UserfaultLayouts;
import org.quern.kapi.struct.StructSpec;

import static org.quern.kapi.conformance.Kernel.ANON;
import static org.quern.kapi.conformance.Kernel.BAD;
import static org.quern.kapi.conformance.Kernel.NO_FD;
import static org.quern.kapi.conformance.Kernel.PAGE;
import static org.quern.kapi.conformance.Kernel.RW;
import static org.quern.kapi.conformance.Kernel.expect;
import static org.quern.kapi.conformance.Kernel.require;
import static org.quern.kapi.conformance.Recipe.anyone;
import static org.quern.kapi.conformance.Recipe.root;
import static org.quern.kapi.conformance.Recipe.user;

/** userfaultfd, the device, and every command. No recipe touches a missing page of a registered range from Java. */
final class UserfaultRecipes {
    private static final String DEVICE = "/dev/userfaultfd";
    private static final long UNKNOWN_FEATURE = 1L << 31;
    private static final long WP = Userfault.FEATURE_PAGEFAULT_FLAG_WP;
    private static final long REMOVE = Userfault.FEATURE_EVENT_REMOVE;

    private UserfaultRecipes() {}

    /** The commands that fill pages: their structures, the feature they need, and a range to fill. */
    private enum Filling {
        COPY(UserfaultCommands.UFFDIO_COPY, UserfaultLayouts.UFFDIO_COPY, 0), ZEROPAGE(
                UserfaultCommands.UFFDIO_ZEROPAGE, UserfaultLayouts.UFFDIO_ZEROPAGE,
                0), CONTINUE(UserfaultCommands.UFFDIO_CONTINUE, UserfaultLayouts.UFFDIO_CONTINUE,
                        Userfault.FEATURE_MINOR_SHMEM), POISON(UserfaultCommands.UFFDIO_POISON,
                                UserfaultLayouts.UFFDIO_POISON,
                                Userfault.FEATURE_POISON), MOVE(UserfaultCommands.UFFDIO_MOVE,
                                        UserfaultLayouts.UFFDIO_MOVE, Userfault.FEATURE_MOVE);

        final CallSpec call;
        final StructSpec struct;
        final long feature;

        Filling(CallSpec call, StructSpec struct, long feature) {
            this.call = call;
            this.struct = struct;
            this.feature = feature;
        }

        boolean hasSource() {
            return this == COPY || this == MOVE;
        }

        /** Memory with pages to fill: present in the file only for CONTINUE, anonymous for the others. */
        long memory(Kernel k, int pages) {
            if (this != CONTINUE) {
                return k.pages(pages);
            }
            int file = k.memfd(0, (long) pages * PAGE);
            Fcntl.fallocate(file, 0, 0, (long) pages * PAGE);
            return k.map(pages, RW, Mman.MAP_SHARED, file);
        }

        int mode() {
            return this == CONTINUE ? Userfault.REGISTER_MINOR : Userfault.REGISTER_MISSING;
        }

        long make(Kernel k, int fd, long start, int pages) throws Throwable {
            return k.call(call, fd, argument(k, start, pages));
        }

        MemorySegment argument(Kernel k, long start, int pages) {
            long length = (long) pages * PAGE;
            if (!hasSource()) {
                return k.struct(struct, "range.start", start, "range.len", length);
            }
            long source = k.pages(pages);
            for (int i = 0; i < pages; i++) {
                Kernel.writeByte(source + (long) i * PAGE, i + 1);
            }
            return k.struct(struct, "dst", start, "src", source, "len", length);
        }
    }

    static final List<Recipe> ALL = all();

    private static List<Recipe> all() {
        List<Recipe> all = new ArrayList<>(descriptor());
        all.addAll(ranges());
        for (CallSpec spec : LinuxCalls.all()) {
            if (spec.name().startsWith("UFFDIO_")) {
                all.add(anyone(spec.name() + "-bad-fd", k -> k.call(spec, NO_FD, k.arena.allocate(64))));
                all.add(anyone(spec.name() + "-bad-pointer",
                        k -> k.call(spec, spec.name().equals("UFFDIO_API") ? k.rawUserfault() : k.userfault(0), BAD)));
                all.add(anyone(spec.name() + "-other-file",
                        k -> k.call(spec, k.memfd(0, PAGE), k.arena.allocate(64))));
            }
        }
        for (Filling filling : Filling.values()) {
            all.addAll(filling(filling));
        }
        all.addAll(special());
        return List.copyOf(all);
    }

    private static List<Recipe> descriptor() {
        CallSpec open = Userfault.USERFAULTFD;
        CallSpec fresh = UserfaultCommands.USERFAULTFD_IOC_NEW;
        CallSpec api = UserfaultCommands.UFFDIO_API;
        return List.of(anyone("userfaultfd-flags", k -> k.call(open, 0x100 | Userfault.USER_MODE_ONLY)),
                user("userfaultfd-denied", k -> {
                    long answer = k.call(open, 0);
                    if (answer >= 0) {
                        Unistd.close((int) answer);
                        throw new Recipe.Skip("vm.unprivileged_userfaultfd is 1");
                    }
                    return answer;
                }),
                anyone("userfaultfd-too-many",
                        k -> k.withoutDescriptors(() -> k.call(open, Userfault.USER_MODE_ONLY))),
                anyone("userfaultfd-opens", k -> k.rawUserfault()),

                anyone("USERFAULTFD_IOC_NEW-bad-fd", k -> k.call(fresh, NO_FD, 0L)),
                root("USERFAULTFD_IOC_NEW-flags", k -> k.call(fresh, k.open(DEVICE, Fcntl.O_RDWR), 0x100L)),
                root("USERFAULTFD_IOC_NEW-unknown", k -> k.call(Kernel.via(fresh, Linkage.ioctl(0xaa01)),
                        k.open(DEVICE, Fcntl.O_RDWR), 0L)),
                anyone("USERFAULTFD_IOC_NEW-not-device", k -> k.call(fresh, k.memfd(0, PAGE), 0L)),
                root("USERFAULTFD_IOC_NEW-too-many", k -> {
                    int device = k.open(DEVICE, Fcntl.O_RDWR);
                    return k.withoutDescriptors(() -> k.call(fresh, device, 0L));
                }),
                root("USERFAULTFD_IOC_NEW-opens", k -> k.owned(Userfault.tryOpenByDevice(Userfault.USER_MODE_ONLY))),

                anyone("UFFDIO_API-feature", k -> {
                    MemorySegment argument = k.struct(UserfaultLayouts.UFFDIO_API, "api", 0xaa, "features",
                            UNKNOWN_FEATURE);
                    long answer = k.call(api, k.rawUserfault(), argument);
                    expect(UserfaultLayouts.UFFDIO_API.number("api").get(argument) == 0, "the structure is zeroed");
                    return answer;
                }),
                anyone("UFFDIO_API-twice", k -> k.call(api, k.userfault(0),
                        k.struct(UserfaultLayouts.UFFDIO_API, "api", 0xaa))),
                user("UFFDIO_API-fork", k -> k.call(api, k.rawUserfault(),
                        k.struct(UserfaultLayouts.UFFDIO_API, "api", 0xaa, "features", Userfault.FEATURE_EVENT_FORK))),
                anyone("UFFDIO_API-enables", k -> {
                    int fd = k.rawUserfault();
                    expect(Poll.poll(fd, Poll.POLLIN, 0) == Poll.POLLERR, "POLLERR before the handshake");
                    Userfault.Api answer = Userfault.api(fd, 0);
                    expect(answer.ioctls() == 0x8000000000000003L, "API, REGISTER, UNREGISTER");
                    expect(Poll.poll(fd, Poll.POLLIN, 0) == 0, "nothing to read afterwards");
                    return 0;
                }));
    }

    private static long register(Kernel k, int fd, long start, long length, long mode) throws Throwable {
        return k.call(UserfaultCommands.UFFDIO_REGISTER, fd, k.struct(UserfaultLayouts.UFFDIO_REGISTER, "range.start",
                start, "range.len", length, "mode", mode));
    }

    private static List<Recipe> ranges() {
        CallSpec unregister = UserfaultCommands.UFFDIO_UNREGISTER;
        CallSpec wake = UserfaultCommands.UFFDIO_WAKE;
        return List.of(
                anyone("UFFDIO_REGISTER-unaligned", k -> register(k, k.userfault(0), k.pages(2) + 1, PAGE, 1)),
                anyone("UFFDIO_REGISTER-mode", k -> register(k, k.userfault(0), k.pages(1), PAGE, 0)),
                anyone("UFFDIO_REGISTER-unmapped", k -> register(k, k.userfault(0), k.unmapped(), PAGE, 1)),
                anyone("UFFDIO_REGISTER-file", k -> register(k, k.userfault(0),
                        k.map(1, Mman.PROT_READ, Mman.MAP_PRIVATE, k.open("/proc/self/exe", 0)), PAGE, 1)),
                anyone("UFFDIO_REGISTER-before-api", k -> register(k, k.rawUserfault(), k.pages(1), PAGE, 1)),
                anyone("UFFDIO_REGISTER-read-only-file", k -> register(k, k.userfault(0),
                        k.map(1, Mman.PROT_READ, Mman.MAP_SHARED, k.readOnly(k.memfd(0, PAGE))), PAGE, 1)),
                anyone("UFFDIO_REGISTER-busy", k -> {
                    long address = k.pages(1);
                    Userfault.register(k.userfault(0), address, PAGE, Userfault.REGISTER_MISSING);
                    return register(k, k.userfault(0), address, PAGE, 1);
                }),
                anyone("UFFDIO_REGISTER-map-count", k -> {
                    int fd = k.userfault(0);
                    long address = k.pages(9);
                    long[] next = {1};
                    return k.withoutMappings(() -> {
                        long answer = register(k, fd, address + next[0] * PAGE, PAGE, 1);
                        next[0] += 2;
                        return answer;
                    });
                }),
                anyone("UFFDIO_UNREGISTER-map-count", k -> {
                    int fd = k.userfault(0);
                    long address = k.pages(9);
                    Userfault.register(fd, address, 9L * PAGE, Userfault.REGISTER_MISSING);
                    long[] next = {1};
                    return k.withoutMappings(() -> {
                        long answer = k.call(unregister, fd, k.range(address + next[0] * PAGE, PAGE));
                        next[0] += 2;
                        return answer;
                    });
                }),
                anyone("UFFDIO_REGISTER-registers", k -> {
                    long ioctls = Userfault.register(k.userfault(0), k.pages(1), PAGE, Userfault.REGISTER_MISSING);
                    expect((ioctls & 0x1c) == 0x1c, "WAKE, COPY and ZEROPAGE work on it");
                    return 0;
                }),

                anyone("UFFDIO_UNREGISTER-unaligned",
                        k -> k.call(unregister, k.userfault(0), k.range(k.pages(2) + 1, PAGE))),
                anyone("UFFDIO_UNREGISTER-unmapped",
                        k -> k.call(unregister, k.userfault(0), k.range(k.unmapped(), PAGE))),
                anyone("UFFDIO_UNREGISTER-foreign", k -> {
                    long address = k.pages(1);
                    Userfault.register(k.userfault(0), address, PAGE, Userfault.REGISTER_MISSING);
                    long answer = k.call(unregister, k.userfault(0), k.range(address, PAGE));
                    if (answer == 0) {
                        throw new Recipe.Skip("this kernel unregisters it silently, as older ones do");
                    }
                    return answer;
                }),
                anyone("UFFDIO_UNREGISTER-unregisters", k -> {
                    int fd = k.userfault(0);
                    long address = k.pages(1);
                    Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
                    Userfault.unregister(fd, address, PAGE);
                    Kernel.writeByte(address, 1);
                    expect(k.resident(address), "touched without a fault message");
                    return 0;
                }),
                anyone("UFFDIO_WAKE-unaligned", k -> k.call(wake, k.userfault(0), k.range(k.pages(2) + 1, PAGE))));
    }

    private static List<Recipe> filling(Filling f) {
        String name = f.call.name();
        return List.of(anyone(name + "-unaligned", k -> {
            int fd = k.userfault(f.feature);
            return f.make(k, fd, f.memory(k, 2) + 1, 1);
        }), anyone(name + "-exists", k -> {
            int fd = k.userfault(f.feature);
            long address = f.memory(k, 1);
            Userfault.register(fd, address, PAGE, f.mode());
            require(f.make(k, fd, address, 1));
            return f.make(k, fd, address, 1);
        }), anyone(name + "-unregistered", k -> f.make(k, k.userfault(f.feature), f.memory(k, 1), 1)),
                anyone(name + "-partial", k -> {
                    int fd = k.userfault(f.feature);
                    long address = f.memory(k, 3);
                    Userfault.register(fd, address, 3L * PAGE, f.mode());
                    require(f.make(k, fd, address + PAGE, 1));
                    MemorySegment argument = f.argument(k, address, 3);
                    long answer = k.call(f.call, fd, argument);
                    long done = f.struct.number(f.struct.fields().getLast().name()).get(argument);
                    expect(done == PAGE, "one page is done: " + done);
                    return answer;
                }), anyone(name + "-changing", k -> whileChanging(k, f)));
    }

    /** A thread drops a registered page; until its event is read, the mappings are changing. */
    private static long whileChanging(Kernel k, Filling f) throws Throwable {
        int fd = k.userfault(f.feature | REMOVE);
        long address = f.memory(k, 2);
        Userfault.register(fd, address, 2L * PAGE, f.mode());
        MemorySegment argument = f.argument(k, address, 1);
        return whileChanging(k, fd, address + PAGE, () -> {
            long answer = k.call(f.call, fd, argument);
            long done = f.struct.number(f.struct.fields().getLast().name()).get(argument);
            expect(done == -11, "the result member is -EAGAIN: " + done);
            return answer;
        });
    }

    private static long whileChanging(Kernel k, int fd, long address, Kernel.Attempt attempt) throws Throwable {
        Thread dropper = Thread.ofPlatform().daemon().start(() -> Mman.madvise(address, PAGE, Mman.MADV_DONTNEED));
        try {
            expect(Poll.poll(fd, Poll.POLLIN, 5_000_000_000L) == Poll.POLLIN, "the event arrives");
            return attempt.run();
        } finally {
            MemorySegment event = k.arena.allocate(32);
            Unistd.read(fd, event);
            dropper.join();
            expect(UserfaultLayouts.MSG_EVENT.get(event) == Userfault.EVENT_REMOVE
                    && UserfaultLayouts.MSG_START.get(event) == address, "the event names the page");
        }
    }

    private static List<Recipe> special() {
        CallSpec protect = UserfaultCommands.UFFDIO_WRITEPROTECT;
        StructSpec copy = UserfaultLayouts.UFFDIO_COPY;
        StructSpec wp = UserfaultLayouts.UFFDIO_WRITEPROTECT;
        return List.of(anyone("UFFDIO_COPY-bad-source", k -> {
            int fd = k.userfault(0);
            long address = k.pages(1);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            return k.call(UserfaultCommands.UFFDIO_COPY, fd,
                    k.struct(copy, "dst", address, "src", k.unmapped(), "len", PAGE));
        }), anyone("UFFDIO_COPY-wp", k -> {
            int fd = k.userfault(0);
            long address = k.pages(1);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            return k.call(UserfaultCommands.UFFDIO_COPY, fd,
                    k.struct(copy, "dst", address, "src", k.pages(1), "len", PAGE, "mode", Userfault.MODE_WP));
        }), anyone("UFFDIO_COPY-fills", k -> {
            int fd = k.userfault(0);
            long address = k.pages(1);
            long source = k.pages(2);
            Kernel.writeByte(source + 1, 7);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            Progress progress = Userfault.copy(fd, address, source + 1, PAGE, 0);
            expect(progress.isComplete() && progress.done() == PAGE, "all done");
            expect(Kernel.readByte(address) == 7, "the content, from an unaligned source");
            return 0;
        }), anyone("UFFDIO_ZEROPAGE-fills", k -> {
            int fd = k.userfault(0);
            long address = k.pages(1);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            expect(Userfault.zeropage(fd, address, PAGE, 0).isComplete(), "all done");
            expect(Kernel.readByte(address) == 0, "zero, without a fault");
            return 0;
        }), anyone("UFFDIO_CONTINUE-no-page", k -> {
            int fd = k.userfault(Userfault.FEATURE_MINOR_SHMEM);
            long address = k.map(1, RW, Mman.MAP_SHARED, k.memfd(0, PAGE));
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MINOR);
            return Filling.CONTINUE.make(k, fd, address, 1);
        }), anyone("UFFDIO_CONTINUE-anonymous", k -> {
            int fd = k.userfault(0);
            long address = k.pages(1);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            return Filling.CONTINUE.make(k, fd, address, 1);
        }), anyone("UFFDIO_CONTINUE-maps", k -> {
            int fd = k.userfault(Userfault.FEATURE_MINOR_SHMEM);
            int file = k.memfd(0, PAGE);
            long address = k.map(1, RW, Mman.MAP_SHARED, file);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MINOR);
            Kernel.writeByte(k.map(1, RW, Mman.MAP_SHARED, file), 7);
            expect(Userfault.resume(fd, address, PAGE, 0).isComplete(), "all done");
            expect(Kernel.readByte(address) == 7, "what was written through the other mapping");
            return 0;
        }), anyone("UFFDIO_POISON-poisons", k -> {
            int fd = k.userfault(Userfault.FEATURE_POISON);
            long address = k.pages(1);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            expect(Userfault.poison(fd, address, PAGE, 0).isComplete(), "all done");
            long read = Unistd.tryRead(k.open("/proc/self/maps", 0), Kernel.at(address, 8));
            expect(read == -org.quern.kapi.Errno.EFAULT.number(), "a system call gets EFAULT: " + read);
            return 0;
        }), anyone("UFFDIO_MOVE-hole", k -> {
            int fd = k.userfault(Userfault.FEATURE_MOVE);
            long address = k.pages(1);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            return k.call(UserfaultCommands.UFFDIO_MOVE, fd,
                    k.struct(UserfaultLayouts.UFFDIO_MOVE, "dst", address, "src", k.pages(1), "len", PAGE));
        }), anyone("UFFDIO_MOVE-shared", k -> {
            int fd = k.userfault(Userfault.FEATURE_MOVE);
            long address = k.map(1, RW, Mman.MAP_SHARED, k.memfd(0, PAGE));
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            return Filling.MOVE.make(k, fd, address, 1);
        }), anyone("UFFDIO_MOVE-moves", k -> {
            int fd = k.userfault(Userfault.FEATURE_MOVE);
            long address = k.pages(1);
            long source = k.pages(1);
            Kernel.writeByte(source, 7);
            Userfault.register(fd, address, PAGE, Userfault.REGISTER_MISSING);
            expect(Userfault.move(fd, address, source, PAGE, 0).isComplete(), "all done");
            expect(Kernel.readByte(address) == 7 && !k.resident(source), "there, and not here");
            return 0;
        }), anyone("UFFDIO_WRITEPROTECT-unaligned", k -> k.call(protect, k.userfault(WP),
                k.struct(wp, "range.start", k.pages(2) + 1, "range.len", PAGE, "mode", 1))),
                anyone("UFFDIO_WRITEPROTECT-mode", k -> k.call(protect, k.userfault(WP),
                        k.struct(wp, "range.start", k.pages(1), "range.len", PAGE, "mode", 3))),
                anyone("UFFDIO_WRITEPROTECT-unregistered", k -> k.call(protect, k.userfault(WP),
                        k.struct(wp, "range.start", k.pages(1), "range.len", PAGE, "mode", 1))),
                anyone("UFFDIO_WRITEPROTECT-changing", k -> {
                    int fd = k.userfault(WP | REMOVE);
                    long address = k.map(2, RW, ANON, -1);
                    Userfault.register(fd, address, 2L * PAGE, Userfault.REGISTER_WP);
                    MemorySegment argument = k.struct(wp, "range.start", address, "range.len", PAGE, "mode", 1);
                    return whileChanging(k, fd, address + PAGE, () -> k.call(protect, fd, argument));
                }), anyone("UFFDIO_WRITEPROTECT-protects", k -> {
                    int fd = k.userfault(WP);
                    long address = k.pages(1);
                    Kernel.writeByte(address, 7);
                    Userfault.register(fd, address, PAGE, Userfault.REGISTER_WP);
                    require(Userfault.tryWriteprotect(fd, address, PAGE, Userfault.WRITEPROTECT_WP));
                    long read = Unistd.tryRead(k.open("/proc/self/maps", 0),
                            Kernel.at(address, 8));
                    expect(read == -org.quern.kapi.Errno.EFAULT.number(), "the kernel may not write: " + read);
                    require(Userfault.tryWriteprotect(fd, address, PAGE, 0));
                    Kernel.writeByte(address, 8);
                    return 0;
                }));
    }
}
