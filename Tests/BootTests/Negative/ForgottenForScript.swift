// error: missing argument for parameter 'permit'
import Inventory

@testable import Boot

func script(_ context: ScriptContext, _ render: @Sendable (borrowing BootPermit, ScriptContext) -> String) -> HTTPReply
{
    .script(BootableBody(context: context, render: render))
}
