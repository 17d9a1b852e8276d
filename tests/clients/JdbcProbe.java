import java.sql.*;
import java.util.*;

/** What a JDBC tool does with a database, one result a line: metadata, prepared statements, cursors, transactions, errors. */
public class JdbcProbe {
  public static void main(String[] args) throws Exception {
    try (Connection connection = DriverManager.getConnection(args[0], args[1], "")) {
      DatabaseMetaData meta = connection.getMetaData();
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = meta.getTables(null, "%", "%", new String[] {"TABLE", "VIEW"})) {
        while (rows.next()) tables.add(rows.getString("TABLE_SCHEM") + "." + rows.getString("TABLE_NAME"));
      }
      System.out.println("tables " + tables);
      List<String> columns = new ArrayList<>();
      try (ResultSet rows = meta.getColumns(null, "pg", "orders", "%")) {
        while (rows.next()) columns.add(rows.getString("COLUMN_NAME") + ":" + rows.getString("TYPE_NAME") + ":" + rows.getString("IS_NULLABLE"));
      }
      System.out.println("columns " + columns);
      List<String> keys = new ArrayList<>();
      try (ResultSet rows = meta.getPrimaryKeys(null, "pg", "orders")) {
        while (rows.next()) keys.add(rows.getString("COLUMN_NAME"));
      }
      System.out.println("keys " + keys);

      String join = "SELECT o.id, c.name, o.total FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id <= ? ORDER BY o.id";
      // The sixth execution is a named, binary one.
      for (int round = 0; round < 8; round++) {
        try (PreparedStatement statement = connection.prepareStatement(join)) {
          statement.setInt(1, 2);
          StringBuilder line = new StringBuilder("prepared");
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) line.append(' ').append(rows.getInt(1)).append('/').append(rows.getString(2)).append('/').append(rows.getBigDecimal(3));
          }
          if (round == 0 || round == 7) System.out.println(line);
        }
      }

      connection.setAutoCommit(false);
      try (PreparedStatement statement = connection.prepareStatement("SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id")) {
        statement.setFetchSize(3);
        int count = 0;
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) count++;
        }
        System.out.println("cursor " + count);
      }
      connection.commit();
      connection.setAutoCommit(true);

      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("SELECT nothing FROM orders");
      } catch (SQLException error) {
        System.out.println("error " + error.getSQLState());
      }
      try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery("SELECT count(*) FROM orders")) {
        rows.next();
        System.out.println("after error " + rows.getLong(1));
      }
    }
  }
}
