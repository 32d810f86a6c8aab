package shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/** Which faults are on: one name a line in a file that {@code npm run demo -- fault} writes. */
final class Faults {
  private static final Path FILE = Path.of(System.getenv("SHOP_FAULTS_FILE"));

  private Faults() {}

  static boolean isOn(String name) throws IOException {
    try {
      return Set.copyOf(Files.readAllLines(FILE)).contains(name);
    } catch (NoSuchFileException none) {
      return false;
    }
  }
}
