using System.Reflection;
using Aigc.Contracts;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Architecture.Tests.Modules;

public sealed class Commands_and_sagas(Platform platform) : IClassFixture<Platform>
{
    public static TheoryData<string> Commands =>
        [.. Repository.Contracts.GetExportedTypes().Where(type => type.IsDefined(typeof(QueueAttribute))).Select(type => type.FullName!)];

    public static TheoryData<string> Machines => [.. MachineTypes().Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_consumed_on_its_own_queue_and_nowhere_else(string name)
    {
        var command = Repository.Contracts.GetType(name, throwOnError: true)!;
        var owner = command.Namespace!.Split('.')[2];
        Assert.SkipUnless(Platform.OnTheBus.Contains(owner), $"{owner} has no bus registration.");

        Assert.Equal([command.GetCustomAttribute<QueueAttribute>()!.Name], platform.QueuesByMessage[command]);
    }

    [Fact]
    public void Queues_belong_to_one_service_each()
    {
        var foreign = from type in Repository.Contracts.GetExportedTypes()
                      let queue = type.GetCustomAttribute<QueueAttribute>()?.Name
                      where queue is not null
                      let owner = KebabCaseEndpointNameFormatter.Instance.SanitizeName(type.Namespace!.Split('.')[2])
                      where !queue.StartsWith(owner + ".", StringComparison.Ordinal)
                      select $"{type.Name} -> {queue}";

        Assert.Empty(foreign);
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void A_saga_handles_or_ignores_every_event_in_every_state(string name)
    {
        var type = MachineTypes().Single(type => type.FullName == name);
        var machine = (StateMachine)ActivatorUtilities.GetServiceOrCreateInstance(platform.Services, type);

        Assert.Empty(Unnamed(machine));
    }

    private static IEnumerable<string> Unnamed(StateMachine machine) =>
        from state in machine.States
        where state.Name is not "Initial" and not "Final"
        from unnamed in machine.Events.Where(IsOwn).Select(e => e.Name).Except(machine.NextEvents(state).Select(e => e.Name))
        select $"{state.Name} does not name {unnamed}";

    // Every state has four events of its own (entered, left, …), which come from no queue.
    private static bool IsOwn(Event candidate) => !candidate.Name.Contains('.', StringComparison.Ordinal);

    private static IEnumerable<Type> MachineTypes() =>
        from service in Repository.Services
        from type in Repository.AssemblyOf(service).GetTypes()
        where !type.IsAbstract && IsMachine(type)
        select type;

    private static bool IsMachine(Type? type) => type is not null
        && (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ProcessStateMachine<>) || IsMachine(type.BaseType));
}
