// An Elasticsearch node of its own: `ElasticsearchNode HOME DATA HOST PORT`. Its distribution is in no package registry; its parts are.
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

public class ElasticsearchNode {
  public static void main(String[] args) throws Exception {
    Path home = Paths.get(args[0]);
    int port = Integer.parseInt(args[3]);
    Settings settings = Settings.builder()
      .put("path.home", home).put("path.data", args[1]).put("cluster.name", "audit").put("node.name", "one")
      .put("network.host", args[2]).put("http.port", port).put("transport.port", "0")
      .put("discovery.type", "single-node").put("cluster.max_shards_per_node", 100000)
      .put("cluster.routing.allocation.disk.threshold_enabled", false).build();
    LogConfigurator.registerErrorListener();
    Environment environment =
      InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "one");
    LogConfigurator.configure(environment, true);
    PluginsLoader plugins = PluginsLoader.createPluginsLoader(
      PluginsLoader.loadModulesBundles(home.resolve("modules")),
      PluginsLoader.loadPluginsBundles(home.resolve("plugins")), Map.of(), false);
    new Node(environment, plugins).start();
    Thread.currentThread().join();
  }
}
