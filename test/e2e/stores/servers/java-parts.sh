# What the scripts of servers in Java share. Sourced, not run.

# `parts FOLDER GROUP:NAME:VERSION[:TYPE]…`: those and what they need, from Maven's registry.
parts() {
  local into=$1 pom part group name number type
  shift
  pom=$(mktemp -d)
  { echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>audit</groupId><artifactId>server</artifactId><version>1</version><packaging>pom</packaging><dependencies>'
    for part; do
      IFS=: read -r group name number type <<< "$part"
      echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$number</version><type>${type:-jar}</type></dependency>"
    done
    echo '</dependencies></project>'; } > "$pom/pom.xml"
  mvn -B -ntp -q -f "$pom/pom.xml" dependency:copy-dependencies -DoutputDirectory="$into" -DincludeScope=runtime
  rm -rf "$pom"
}

# `quiet_log FILE`: only what is worth a look.
quiet_log() {
  cat > "$1" <<'END'
status=error
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1} %m%n
END
}

small_machine=(-Xms512m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-opens=java.base/java.nio=ALL-UNNAMED)
