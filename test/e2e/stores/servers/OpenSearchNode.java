// An OpenSearch node of its own: `OpenSearchNode HOME DATA HOST PORT`. Its distribution is in no package registry; its parts are.
import java.nio.file.Paths;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

public class OpenSearchNode extends Node {
  OpenSearchNode(Environment environment, Collection<Class<? extends Plugin>> plugins) {
    super(environment, plugins, false);
  }

  public static void main(String[] args) throws Exception {
    String home = args[0];
    int port = Integer.parseInt(args[3]);
    Settings settings = Settings.builder()
      .put("path.home", home).put("path.data", args[1]).put("cluster.name", "audit").put("node.name", "one")
      .put("network.host", args[2]).put("http.port", port).put("transport.port", "0")
      .put("discovery.type", "single-node").put("transport.type", "netty4").put("http.type", "netty4")
      .put("cluster.max_shards_per_node", 100000)
      .put("cluster.routing.allocation.disk.threshold_enabled", false).build();
    Environment environment =
      InternalSettingsPreparer.prepareEnvironment(settings, Collections.emptyMap(), Paths.get(home, "config"), () -> "one");
    new OpenSearchNode(environment, List.of(org.opensearch.transport.Netty4Plugin.class)).start();
    Thread.currentThread().join();
  }
}
