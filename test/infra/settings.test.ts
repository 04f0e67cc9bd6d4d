import { spawnSync } from 'node:child_process';
import { CfnParameter, Duration } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseAppSettings } from '../../infra/constructs/app-settings.ts';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import type { PaymentTrackerProps } from '../../infra/constructs/payment-tracker-props.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import { createStack, NOCODB, synthTracker, temporaryOutdir } from './support/synth.ts';

const WORKING = { NOCODB_API_URL: 'https://nocodb.example.com', NOCODB_TABLE_ID: 'mq13l0ec25f9v23' };

describe('the props of a tracker', () => {
  it('are all checked before anything is made of them, and every fault is told in the names of the props', () => {
    const faults = faultsOf({
      nocodb: {
        apiUrl: 'nocodb.example.com',
        tableId: 'My payments',
        tokenParameterName: 'nc-token-zR3x',
        paidField: 'Paid,or',
        ownerField: 'a,b',
      },
      interval: Duration.seconds(3),
      shards: 0,
      retention: { pending: Duration.hours(12) },
      name: 'my shop',
      alarmEmail: 'ops at example.com',
    });

    expect(faults).toEqual([
      expect.stringMatching(/^name "my shop" is not/),
      'alarmEmail "ops at example.com" is not an e-mail address',
      expect.stringMatching(/^nocodb\.apiUrl has to begin with http/),
      expect.stringMatching(/^nocodb\.tableId "My payments" is not a table id/),
      expect.stringMatching(/^nocodb\.paidField "Paid,or"/),
      expect.stringMatching(/^nocodb\.ownerField "a,b"/),
      expect.stringMatching(/^nocodb\.tokenParameterName is not the name of an SSM parameter/),
      expect.stringMatching(/^interval "3" is not a whole number of seconds from 5 to 300/),
      expect.stringMatching(/^shards "0" is not/),
      expect.stringMatching(/^retention\.pending "0\.5" is not a whole number of days/),
    ]);
  });

  it('never show a token that was put where its parameter belongs', () => {
    const faults = faultsOf({ nocodb: { ...NOCODB, tokenParameterName: 'nc-token-zR3x' } });

    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('zR3x');
  });

  it.each([Duration.seconds(4), Duration.millis(7500), Duration.seconds(301), Duration.days(1)])(
    'refuse an interval of %s',
    (interval) => {
      expect(faultsOf({ nocodb: NOCODB, interval })).toEqual([
        expect.stringMatching(/^interval ".+" is not a whole number of seconds from 5 to 300$/),
      ]);
    },
  );

  it.each([Duration.seconds(5), Duration.seconds(7), Duration.minutes(5)])(
    'accept an interval of %s',
    (interval) => {
      expect(() => synthTracker({ interval })).not.toThrow();
    },
  );

  it('refuse the title of a table in place of its id', () => {
    expect(faultsOf({ nocodb: { ...NOCODB, tableId: 'Payments' } })).toEqual([
      expect.stringMatching(/^nocodb\.tableId "Payments" is not a table id, maybe the table's title/),
    ]);
  });

  it('must say where NocoDB is, which JavaScript may forget', () => {
    const nocodb = /^nocodb is missing: set it to the address and the table, as in \{ apiUrl:/;

    expect(faultsOf(undefined)).toEqual([expect.stringMatching(nocodb)]);
    expect(faultsOf({ interval: Duration.seconds(3) })).toEqual([
      expect.stringMatching(nocodb),
      expect.stringMatching(/^interval "3"/),
    ]);
    expect(faultsOf({ nocodb: {} })).toEqual([
      expect.stringMatching(/^nocodb\.apiUrl is missing/),
      expect.stringMatching(/^nocodb\.tableId is missing/),
    ]);
  });

  it('list the values that mean paid, none of which may be read as two', () => {
    const faults = faultsOf({ nocodb: { ...NOCODB, paidValues: ['Paid', 'Paid, cash', 'a~b'] } });

    expect(faults).toEqual([
      expect.stringMatching(/^nocodb\.paidValues "Paid, cash" holds a comma/),
      expect.stringMatching(/^nocodb\.paidValues "a~b" holds/),
    ]);
  });

  it('may be known only after deployment: the functions check them when they start', () => {
    const stack = createStack();
    const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;

    new PaymentTracker(stack, 'Payments', {
      nocodb: { apiUrl: parameter('Url'), tableId: parameter('Table') },
      alarmEmail: parameter('Email'),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { NOCODB_API_URL: { Ref: 'Url' }, NOCODB_TABLE_ID: { Ref: 'Table' } } },
    });
  });
});

describe('an address of NocoDB that leads to the machine itself', () => {
  const warnings = (apiUrl: string, context?: Record<string, unknown>) => {
    const stack = createStack();
    for (const [key, value] of Object.entries(context ?? {})) stack.node.setContext(key, value);
    new PaymentTracker(stack, 'Payments', { nocodb: { ...NOCODB, apiUrl } });
    return Annotations.fromStack(stack)
      .findWarning('/Shop/Payments', Match.anyValue())
      .map(({ entry }) => entry.data);
  };

  it('draws a warning: functions on AWS cannot reach it', () => {
    expect(warnings('http://localhost:8080/dashboard')).toEqual([
      expect.stringMatching(
        /^NocoDB has the address http:\/\/localhost:8080, which functions on AWS cannot reach\. Set nocodb\.apiUrl/,
      ),
    ]);
  });

  it('draws none when the stack goes to an emulator on this machine', () => {
    expect(warnings('http://localhost:8080', { 'payment-tracker:emulator': 'true' })).toEqual([]);
  });

  it('is the only one that draws a warning', () => {
    expect(warnings('https://nocodb.example.com')).toEqual([]);
  });
});

describe('the variables of the app', () => {
  it('need only say where NocoDB is', () => {
    const settings = parseAppSettings(WORKING);

    expect(settings).toMatchObject({ stackName: 'PaymentTracker', demo: false });
    expect(settings.tracker.nocodb).toMatchObject({
      ...NOCODB,
      tokenParameterName: '/payment-tracker/nocodb-api-token',
    });
    expect(settings.tracker.interval?.toSeconds()).toBe(20);
  });

  it('are all checked, and every fault is told in the names of the variables', () => {
    const parse = () =>
      parseAppSettings({
        NOCODB_URL: 'https://nocodb.example.com',
        NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
        NOCODB_PAID_FIELD: 'Paid,or',
        INTERVAL_SECONDS: '3',
        PAYMENT_TRACKER_STACK: 'my stack',
        PAYMENT_TRACKER_DEMO: 'maybe',
        ALARM_EMAIL: 'nobody',
      });

    expect(catchFaults(parse)).toEqual([
      expect.stringMatching(/^PAYMENT_TRACKER_STACK "my stack" is not/),
      expect.stringMatching(/^PAYMENT_TRACKER_DEMO "maybe" is neither true nor false/),
      'ALARM_EMAIL "nobody" is not an e-mail address',
      expect.stringMatching(/^NOCODB_API_URL is missing.*NOCODB_URL is set; did you mean NOCODB_API_URL/),
      expect.stringMatching(/^NOCODB_PAID_FIELD "Paid,or"/),
      expect.stringMatching(/^INTERVAL_SECONDS "3"/),
    ]);
  });

  /** Runs the command line of the CDK, with settings that are wrong. */
  const cdk = (args: readonly string[], settings: Record<string, string> = {}) => {
    const { PATH, HOME } = process.env;
    const missing = { NOCODB_API_URL: ' ', NOCODB_TABLE_ID: ' ' };
    const options = [...args, '--no-notices', '--output', temporaryOutdir()];
    return spawnSync(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...options], {
      encoding: 'utf8',
      env: { PATH, HOME, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true', ...missing, ...settings },
    });
  };

  it('stop `cdk synth` with one message and no stack trace', () => {
    const { status, stdout, stderr } = cdk(['synth', '--quiet'], { INTERVAL_SECONDS: '3' });

    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(
      /3 settings are wrong:\n- NOCODB_API_URL .*\n- NOCODB_TABLE_ID .*\n- INTERVAL_SECONDS /,
    );
    expect(stdout + stderr).not.toContain('    at ');
  });

  it('do not hide from `cdk destroy` which stack there is', () => {
    const { status, stdout } = cdk(['list'], { PAYMENT_TRACKER_STACK: 'Shop' });

    expect([status, stdout]).toEqual([0, 'Shop\n']);
  });

  it('stop every command if not even the name of the stack is right', () => {
    const { status, stdout, stderr } = cdk(['list'], { PAYMENT_TRACKER_STACK: 'my shop' });

    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('PAYMENT_TRACKER_STACK "my shop" is not');
  });
});

/** @param props values of any type, as in JavaScript */
function faultsOf(props: unknown): readonly string[] {
  return catchFaults(() => new PaymentTracker(createStack(), 'Payments', props as PaymentTrackerProps));
}

function catchFaults(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}
