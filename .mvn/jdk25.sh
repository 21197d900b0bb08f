# Sourced by the scripts at the root: jdk25 prints the home of a JDK 25, or fails with one line that says what to install.
jdk25() {
  for home in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/java/*25* /opt/*jdk*25* \
      "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25* "$HOME"/.gradle/jdks/*25*/* \
      /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    if [ -x "$home/bin/java" ] && grep -q '^JAVA_VERSION="25[".]' "$home/release" 2>/dev/null; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  echo "Quern needs a JDK 25: install one (for instance Temurin 25 or openjdk-25-jdk), or set JAVA25_HOME to its folder" >&2
  return 1
}
