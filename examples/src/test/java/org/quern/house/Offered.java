package org.quern.house;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The public types of a module, in the packages that it exports to everybody; read off the compiled classes. */
record Offered(String module, Path classes) {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));

    static Offered by(String directory) {
        return new Offered(directory, ROOT.resolve(directory).resolve("target/classes"));
    }

    /** The types of one package or, if none is named, of every exported package; nested types too. */
    List<Class<?>> types(String onlyPackage) {
        Set<String> exported = exported();
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class") && !file.endsWith("module-info.class")
                    && !file.endsWith("package-info.class")).map(this::name)
                    .filter(name -> exported.contains(packageOf(name)))
                    .filter(name -> onlyPackage.isEmpty() || packageOf(name).equals(onlyPackage)).sorted()
                    .<Class<?>>map(Offered::load).filter(Offered::isPublic).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> exported() {
        try (InputStream descriptor = Files.newInputStream(classes.resolve("module-info.class"))) {
            return ModuleDescriptor.read(descriptor).exports().stream().filter(e -> !e.isQualified())
                    .map(ModuleDescriptor.Exports::source).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String name(Path file) {
        String path = classes.relativize(file).toString().replace('/', '.').replace('\\', '.');
        return path.substring(0, path.length() - ".class".length());
    }

    private static String packageOf(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Offered.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    private static boolean isPublic(Class<?> type) {
        for (Class<?> t = type; t != null; t = t.getEnclosingClass()) {
            if ((t.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) == 0) {
                return false;
            }
        }
        return !type.isAnonymousClass() && !type.isLocalClass();
    }
}
