/** LocalStack starts DynamoDB Local with an agent of its own, which lifts a limit on indexes; this one does nothing. */
public class NoChange {
    public static void premain(String arguments) {}
}
